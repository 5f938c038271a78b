//! The pages of staff.

super::textes! {
    gestion_barre: "Gestion", "Management";
    gestion_dossiers: "Dossiers", "Applications";
    gestion_chercher: "Nom ou numéro de candidat", "Name or candidate number";
    gestion_filtrer: "Filtrer", "Filter";
    gestion_tous_etats: "Tous les états", "All states";
    gestion_toutes_formations: "Toutes les formations", "All programmes";
    gestion_etat: "État", "State";
    gestion_formation: "Formation", "Programme";
    gestion_transmis_le: "Transmis le", "Transmitted on";
    gestion_aucun: "Aucun dossier ne correspond.", "No application matches.";
    gestion_total(combien): "{combien} dossier(s)", "{combien} application(s)";
    gestion_suite: "Page suivante", "Next page";
    gestion_contact: "Adresse mail de contact", "Contact address";
    gestion_pieces: "Pièces justificatives", "Documents";
    gestion_retour: "Revenir à la liste", "Back to the list";
    gestion_numero: "Numéro de candidat", "Candidate number";
    second_titre: "Second facteur", "Second factor";
    second_aide: "Tapez le code à 6 chiffres de votre application d'authentification, ou un code de secours.", "Type the 6-digit code of your authenticator application, or a recovery code.";
    second_code: "Code", "Code";
    second_prouver: "Continuer", "Continue";
    second_enroler: "Votre accès ouvre les dossiers des candidats : un second facteur le protège. Dans votre application d'authentification, ajoutez un compte avec cette clé, puis tapez le code qu'elle affiche.", "Your access opens the candidates' applications: a second factor protects it. In your authenticator application, add an account with this key, then type the code it shows.";
    second_cle(secret): "Clé : {secret}", "Key: {secret}";
    second_en_service: "Mettre en service", "Put in use";
    second_codes: "Notez ces codes de secours et gardez-les loin de votre téléphone : chacun remplace une fois le code de l'application. Ils ne seront plus montrés.", "Write these recovery codes down and keep them away from your telephone: each replaces the application's code once. They will not be shown again.";
    second_fini: "Ouvrir la gestion", "Open the management pages";
    invitation_titre: "Accepter l'invitation", "Accept the invitation";
    invitation_aide: "Choisissez le mot de passe de votre accès à la gestion des candidatures.", "Choose the password of your access to the management of applications.";
    invitation_faite: "Votre accès est ouvert. Connectez-vous avec votre adresse mail.", "Your access is open. Log in with your mail address.";
}
