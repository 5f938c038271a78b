//! The account: creation, links, log-in, changes (G01–G10).

super::textes! {
    mes_donnees: "Mes données", "My data";
    mes_donnees_aide: "Tout ce qui est gardé sur vous : compte, profil, dossiers, mails envoyés, avec vos fichiers. Pour les faire effacer, écrivez à l'assistance.", "Everything that is kept about you: account, profile, applications, mails sent, with your files. To have it erased, write to the support.";
    mes_donnees_telecharger: "Télécharger mes données", "Download my data";
    accroche: "Candidatez en ligne, de la première pièce à la réponse.", "Apply online, from the first document to the answer.";
    accroche_suite: "Tout se passe ici : rien à envoyer par courrier. Un dossier est examiné une fois transmis.", "Everything happens here: nothing to send by post. An application is examined once it is transmitted.";
    etapes: "Les étapes", "The steps";
    etape_compte: "Créer et valider un compte", "Create and validate an account";
    etape_compte_aide: "Un compte vaut pour une seule campagne, y compris pour les étudiants de l'établissement.", "An account is valid for one campaign only, for our own students too.";
    etape_profil: "Remplir son profil", "Fill in your profile";
    etape_profil_aide: "Informations perso., adresse et baccalauréat sont obligatoires.", "Personal information, address and baccalauréat are required.";
    etape_dossier: "Choisir une formation, déposer les pièces", "Choose a programme, hand in the documents";
    etape_dossier_aide: "PDF, JPG ou PNG, 4 Mo au plus par pièce.", "PDF, JPG or PNG, 4 MB at most for each.";
    etape_transmettre: "Transmettre, puis suivre son dossier", "Transmit, then follow your application";
    etape_transmettre_aide: "Chaque étape vous est annoncée par mail.", "You are told of each step by mail.";

    inscription_titre: "Créer un compte", "Create an account";
    inscription_intro: "Utilisez une adresse que vous consultez régulièrement : tous les mails de vos candidatures y seront envoyés.", "Use an address you read often: all mails about your applications go there.";
    inscription_deja: "Vous avez déjà un compte pour cette campagne ? N'en créez pas un second.", "Do you already have an account for this campaign? Do not create a second one.";
    nom: "Nom", "Family name";
    prenom: "Prénom", "First name";
    mail: "Adresse mail", "Mail address";
    mail_encore: "La même adresse mail", "The same mail address";
    mot_de_passe: "Mot de passe", "Password";
    mot_de_passe_encore: "Le même mot de passe", "The same password";
    creer_mon_compte: "Créer mon compte", "Create my account";
    regles: "Le mot de passe doit avoir :", "The password must have:";
    regle_longueur: "au moins 10 caractères", "at least 10 characters";
    regle_chiffre: "un chiffre", "a digit";
    regle_minuscule: "une minuscule", "a lower-case letter";
    regle_majuscule: "une majuscule", "an upper-case letter";
    regle_special: "un caractère spécial parmi @ # $ % ^ & + =", "a special character among @ # $ % ^ & + =";
    regle_espace: "aucun espace", "no white space";

    mail_parti_titre: "Regardez vos mails", "Check your mail";
    mail_parti: "Un mail vient de partir à l'adresse indiquée. Ouvrez le lien qu'il contient : il est valable un jour.", "A mail is on its way to the address given. Open the link in it: it is valid for one day.";
    mail_parti_contenu: "Ce mail contient aussi votre numéro de candidat, qui sert à vous connecter.", "The mail also holds your candidate number, which you log in with.";
    mail_parti_spam: "Rien reçu après quelques minutes ? Regardez dans les indésirables (spam).", "Nothing after a few minutes? Look in the spam folder.";
    mail_parti_second: "Ne créez pas un second compte : demandez plutôt un nouveau lien.", "Do not create a second account: ask for a new link instead.";

    valider_titre: "Valider mon compte", "Validate my account";
    valider_aide: "Un dernier clic, et votre adresse est vérifiée.", "One last click, and your address is verified.";
    valide_titre: "Compte validé", "Account validated";
    valide: "Votre compte est validé.", "Your account is validated.";
    valide_numero: "Votre numéro de candidat", "Your candidate number";
    valide_note: "Notez-le : il sert à vous connecter, comme votre adresse mail.", "Write it down: you log in with it, or with your mail address.";
    nouveau_lien: "Recevoir un nouveau lien", "Get a new link";

    connexion_titre: "Se connecter", "Log in";
    identifiant: "Numéro de candidat ou adresse mail", "Candidate number or mail address";
    oublie: "J'ai oublié mon mot de passe", "I forgot my password";
    code_perdu: "J'ai perdu mon code d'activation", "I lost my activation code";
    code_perdu_aide: "Indiquez l'adresse de votre compte : un nouveau lien de validation et vos informations de connexion y seront envoyés. L'ancien lien ne servira plus.", "Give the address of your account: a new validation link and your log-in information will be sent there. The older link stops working.";
    oublie_aide: "Indiquez l'adresse de votre compte : un lien pour choisir un autre mot de passe y sera envoyé. Il ne sert qu'une fois.", "Give the address of your account: a link to choose another password will be sent there. It works once.";
    oublie_ent: "Étudiants de l'établissement : connectez-vous avec vos identifiants ENT, ce formulaire ne les change pas.", "Students of this university: log in with your ENT credentials, this form does not change them.";
    mail_du_compte: "Adresse mail du compte", "Mail address of the account";
    recevoir_lien: "Recevoir un lien", "Get a link";
    ancien_compte: "Vous aviez un compte l'an dernier ?", "Did you have an account last year?";
    ancienne_campagne: "Votre compte de la campagne précédente ne sert plus : un compte vaut pour une seule campagne. Créez-en un nouveau, avec la même adresse si vous le souhaitez.", "Your account of the previous campaign no longer works: an account is valid for one campaign. Create a new one, with the same address if you like.";
    expiree_titre: "Votre session a expiré", "Your session has expired";
    expiree: "Reconnectez-vous : ce que vous aviez saisi est gardé et vous sera rendu.", "Log in again: what you had typed is kept and will be given back.";
    expiree_fichier: "Reconnectez-vous, puis choisissez à nouveau votre fichier : il n'a pas été envoyé.", "Log in again, then choose your file again: it was not sent.";
    reprise_titre: "Vous revoilà", "Welcome back";
    reprise: "Votre saisie vous attendait. Rien n'est encore enregistré.", "What you typed was waiting. Nothing is saved yet.";
    reprise_bouton: "Envoyer ma saisie", "Send what I typed";
    reprise_champ: "Champ", "Field";
    reprise_valeur: "Votre saisie", "What you typed";

    nouveau_mot_de_passe_titre: "Choisir un mot de passe", "Choose a password";
    adresse_nouvelle_titre: "Confirmer ma nouvelle adresse", "Confirm my new address";
    adresse_confirmee_titre: "Adresse confirmée", "Address confirmed";
    adresse_confirmee: "Votre nouvelle adresse est confirmée : les mails y seront envoyés.", "Your new address is confirmed: mails will go there.";
    confirmer: "Confirmer", "Confirm";

    compte_titre: "Mon compte", "My account";
    compte_numero: "Numéro de candidat", "Candidate number";
    compte_nom: "Nom", "Name";
    compte_campagne: "Campagne", "Campaign";
    compte_jusqu_au(date): "Ce compte sert jusqu'au {date}. Pour une autre campagne, il faudra en créer un nouveau.", "This account works until {date}. For another campaign, you will need a new one.";
    compte_mail_attente(mail): "Un lien est parti à {mail}. L'adresse changera quand vous l'aurez ouvert.", "A link is on its way to {mail}. The address will change once you have opened it.";
    changer_mail: "Changer d'adresse mail", "Change mail address";
    changer_mail_aide: "Un lien part à la nouvelle adresse : elle compte une fois le lien ouvert.", "A link goes to the new address: it counts once the link is opened.";
    nouvelle_adresse: "Nouvelle adresse mail", "New mail address";
    changer_mot_de_passe: "Changer de mot de passe", "Change password";
    mot_de_passe_actuel: "Mot de passe actuel", "Present password";
    mot_de_passe_faux: "Ce n'est pas votre mot de passe actuel.", "This is not your present password.";
    mot_de_passe_change: "Votre mot de passe est changé. Vos autres connexions sont fermées.", "Your password is changed. Your other log-ins are closed.";
    changer_langue: "Langue des mails et des pages", "Language of mails and pages";
    langue_changee: "C'est noté : vos mails et les pages seront en français.", "Done: your mails and the pages will be in English.";
    nouveau_mot_de_passe: "Nouveau mot de passe", "New password";

    corriger_adresse: "J'ai mal tapé mon adresse, ou rien n'arrive", "I mistyped my address, or nothing arrives";
    corriger_titre: "Corriger l'adresse du compte", "Correct the account's address";
    corriger_aide: "Tant que le compte n'est pas validé, vous pouvez changer son adresse ici, avec le mot de passe choisi à la création. Un nouveau lien de validation y sera envoyé ; l'ancien ne servira plus. Ne créez pas un second compte.", "As long as the account is not validated, you can change its address here, with the password you chose. A new validation link goes there; the older one stops working. Do not create a second account.";
    corriger_bouton: "Changer l'adresse", "Change the address";
    corriger_identifiant: "Numéro de candidat, ou adresse donnée à la création", "Candidate number, or the address given at sign-up";
    rebond(mail): "Votre fournisseur de messagerie refuse nos mails à {mail}. Vérifiez l'adresse, ou donnez-en une autre ci-dessous : sans elle, nos réponses ne vous parviennent pas.", "Your mail provider refuses our mails to {mail}. Check the address, or give another one below: without it our answers do not reach you.";
}
