//! The establishment's single sign-on (G01).

super::textes! {
    sso_bouton: "Se connecter avec le compte de l'établissement (ENT)", "Log in with the university's account (ENT)";
    sso_etudiant: "Étudiant de l'établissement", "Student of this university";
    sso_etudiant_aide: "Connectez-vous avec vos identifiants ENT : le formulaire sera déjà rempli.", "Log in with your ENT credentials: the form will be filled in already.";
    sso_non_etudiant: "Je ne suis pas étudiant de l'établissement", "I am not a student of this university";
    sso_en_route_titre: "Connexion à l'établissement", "Log-in at the university";
    sso_en_route: "Vous allez vers la page de connexion de l'établissement. Si elle ne s'ouvre pas d'elle-même, continuez par ce bouton.", "You are on your way to the university's log-in page. If it does not open by itself, go on with this button.";
    sso_perdra: "Ce que vous avez saisi est trop long pour être gardé par ce bouton. Connectez-vous ci-dessous avec votre mot de passe, ou copiez d'abord votre texte.", "What you typed is too long to be kept by this button. Log in with your password below, or copy your text first.";
    sso_tape(valeur): "Vous aviez saisi « {valeur} ».", "You had typed “{valeur}”.";
    sso_ou: "ou avec votre compte de candidat", "or with your candidate account";
    sso_titre: "Créer un compte", "Create an account";
    sso_aide: "L'établissement a vérifié votre identité. Complétez ou corrigez ces informations : l'adresse mail peut être changée, et reçoit tous les messages de vos candidatures.", "The university has verified your identity. Complete or correct this information: the mail address may be changed, and gets all messages about your applications.";
    sso_deja: "J'ai déjà un compte de candidat", "I already have a candidate account";
    sso_deja_aide: "Vous avez déjà créé un compte pour cette campagne ? Rattachez-le, n'en créez pas un second.", "Did you create an account for this campaign already? Join it, do not create a second one.";
    sso_rattacher: "Rattacher mon compte", "Join my account";
    sso_rattacher_aide: "Donnez le mot de passe de votre compte de candidat : il sera rattaché à votre identité dans l'établissement, et vous n'en aurez plus besoin.", "Give the password of your candidate account: it will be joined to your identity at the university, and you will not need it any more.";
    sso_rattacher_lien: "L'établissement a vérifié votre identité. Votre compte de candidat y sera rattaché : vous vous connecterez ensuite avec vos identifiants ENT.", "The university has verified your identity. Your candidate account will be joined to it: you will then log in with your ENT credentials.";
    sso_rattachement: "Pour rattacher votre compte de candidat, connectez-vous d'abord avec le compte de l'établissement.", "To join your candidate account, log in with the university's account first.";
    sso_non_admis_titre: "Utilisez le formulaire ordinaire", "Use the ordinary form";
    sso_non_admis: "Le compte de l'établissement avec lequel vous vous êtes connecté ne permet pas de créer un compte de candidat. Créez-en un avec votre adresse mail.", "The university's account you logged in with cannot create a candidate account. Create one with your mail address.";
    sso_sorti_titre: "Vous êtes déconnecté", "You are logged out";
    sso_sorti: "Vous êtes déconnecté de ce site, mais pas de l'établissement. Sur un ordinateur partagé, déconnectez-vous aussi de l'établissement.", "You are logged out of this site, but not of the university. On a shared computer, log out of the university, too.";
    sso_sortir: "Me déconnecter aussi de l'établissement", "Log out of the university, too";
    sso_aide_mot_de_passe: "Changer mon mot de passe ENT", "Change my ENT password";
    sso_rattache: "Compte de l'établissement", "The university's account";
    sso_rattache_oui: "rattaché : vous vous connectez avec vos identifiants ENT", "joined: you log in with your ENT credentials";
}
