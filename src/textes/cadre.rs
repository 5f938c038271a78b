//! The frame, dates, error pages.

super::textes! {
    aller_au_contenu: "Aller au contenu", "Skip to content";
    menu: "Principale", "Main";
    formations: "Formations", "Programmes";
    mes_candidatures: "Mes candidatures", "My applications";
    mon_profil: "Mon profil", "My profile";
    mon_compte: "Mon compte", "My account";
    se_connecter: "Se connecter", "Log in";
    creer_un_compte: "Créer un compte", "Create an account";
    se_deconnecter: "Se déconnecter", "Log out";
    autre_langue: "English", "Français";
    propulse: "Postule, logiciel libre", "Postule, free software";
    assistance: "Une question ? Écrivez à", "A question? Write to";
    a_completer: "Avant de candidater, il vous reste à remplir :", "Before you can apply, you still need to fill in:";
    revenir: "Revenir", "Go back";
    accueil: "Revenir à l'accueil", "Go to the home page";
    a_corriger(n): "{n} point(s) à corriger", "{n} thing(s) to correct";
    facultatif: "facultatif", "optional";
    choisir: "Choisir…", "Choose…";
    enregistrer: "Enregistrer", "Save";
    suivant: "Suivant", "Next";
    annuler: "Annuler", "Cancel";
    modifier: "Modifier", "Change";
    pas_possible: "Ce n'est pas possible", "This is not possible";
    page_absente: "Cette page n'existe pas", "This page does not exist";
    service_occupe: "Un instant, s'il vous plaît", "One moment, please";
    le_a(jour, mois, annee, heure): "{jour} {mois} {annee} à {heure}", "{jour} {mois} {annee} at {heure}";
    le_jour(jour, mois, annee): "{jour} {mois} {annee}", "{jour} {mois} {annee}";
    dans_jours(n): "encore {n} jour(s)", "{n} day(s) left";
    dans_heures(n): "encore {n} h", "{n} h left";
    dans_minutes(n): "encore {n} min", "{n} min left";
    demo_heure(heure): "Démonstration : il est le {heure}", "Demonstration: the time is {heure}";
    demo_nom: "Démonstration", "Demonstration";
    demo_boite: "Boîte aux lettres", "Post box";
    demo_avancer: "Avancer l'horloge", "Move the clock";
    demo_une_heure: "+ 1 heure", "+ 1 hour";
    demo_un_jour: "+ 1 jour", "+ 1 day";
    demo_une_semaine: "+ 7 jours", "+ 7 days";
    // For the script: it shows them when it needs them.
    js_envoi: "Envoi en cours…", "Sending…";
    js_echec: "L'envoi n'a pas abouti. Vérifiez votre connexion, puis réessayez : votre fichier est encore là.", "The upload did not get through. Check your connection, then try again: your file is still here.";
    js_session: "Votre session a expiré. Reconnectez-vous dans un autre onglet, puis réessayez : rien n'est perdu.", "Your session has expired. Log in again in another tab, then retry: nothing is lost.";
    js_reessayer: "Réessayer", "Try again";
    js_trop_gros: "Ce fichier dépasse 4 Mo. Réduisez-le, puis déposez-le.", "This file is larger than 4 MB. Make it smaller, then hand it in.";
    js_manquant: "Ce champ est à remplir.", "Please fill in this field.";
    js_mail: "Cette adresse n'a pas la forme nom@domaine.fr.", "This address does not look like name@domain.org.";
    js_different: "Les deux saisies diffèrent.", "The two entries differ.";
    js_plusieurs: "À quelle pièce va chaque fichier ?", "Which document is each file for?";
    js_depose: "Fichier déposé.", "File handed in.";
}

/// The months, as they are written in a date.
pub(crate) const MOIS: [(&str, &str); 12] = [
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
];
