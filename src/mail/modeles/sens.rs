//! What each variable of a mail stands for, in words, for whoever edits texts on screen.

/// Name, French, English; in the order people look for them. A test holds that every variable is there.
pub(super) type Table = &'static [(&'static str, &'static str, &'static str)];

/// Of mails.
#[rustfmt::skip]
pub(super) const VARIABLES: Table = &[
    ("prenom", "le prénom du candidat", "the candidate's first name"),
    ("nom", "le nom du candidat", "the candidate's family name"),
    ("numDossierOpi", "le numéro de candidat", "the candidate number"),
    ("lien", "le lien de ce mail, qui ne sert qu'une fois", "this mail's link, which serves once"),
    ("finLien", "jusqu'à quand ce lien sert", "until when this link serves"),
    ("lienValidation", "le lien qui valide l'adresse", "the link that proves the address"),
    ("lienRattachement", "le lien qui rattache le compte à celui de l'établissement", "the link that joins the account to the establishment's log-in"),
    ("lienReinitialisation", "le lien qui donne un nouveau mot de passe", "the link that gives a new password"),
    ("datFinReinitCptMin", "jusqu'à quand le lien du mot de passe sert", "until when the password's link serves"),
    ("jourDestructionCptMin", "quand un compte jamais validé est détruit", "when an account that is never validated is removed"),
    ("formation.libelle", "le nom de la formation", "the programme's name"),
    ("formation.code", "le code de la formation", "the programme's code"),
    ("formation.niveau", "le niveau de la formation", "the programme's level"),
    ("formation.motCle", "les mots clés de la formation", "the programme's key words"),
    ("formation.datDebDepot", "le début des candidatures", "when applications begin"),
    ("formation.datFinDepot", "la fin des candidatures", "when applications end"),
    ("formation.datRetour", "la date limite de retour de la formation", "the programme's last moment to transmit"),
    ("formation.datConfirm", "la date limite de confirmation de la formation", "the programme's last moment to confirm"),
    ("formation.datJury", "la date du jury", "the date of the jury"),
    ("formation.datPubli", "la date de publication", "the date of publication"),
    ("dossier.lien", "l'adresse du dossier sur la plateforme", "the application's address on the platform"),
    ("dossier.numero", "l'identifiant du dossier", "the application's identifier"),
    ("datRetour", "la date limite de retour de ce dossier", "this application's last moment to transmit"),
    ("nouveauRetour", "cette date, quand elle est propre au dossier", "that date, when it is this application's own"),
    ("datConfirm", "la date limite de confirmation de ce dossier", "this application's last moment to confirm"),
    ("jours", "le nombre de jours qui restent", "how many days are left"),
    ("pieces", "les pièces à reprendre : {% for piece in pieces %} donne piece.libelle et piece.commentaire", "the documents to hand in again: {% for piece in pieces %} gives piece.libelle and piece.commentaire"),
    ("retirees", "les pièces qui ne sont plus demandées : {% for piece in retirees %}", "the documents no longer asked for: {% for piece in retirees %}"),
    ("motif", "le motif du refus", "the reason of the refusal"),
    ("raison", "la raison écrite par le gestionnaire", "the reason staff wrote"),
    ("commentaire", "le commentaire du jury", "the jury's comment"),
    ("rang", "le rang sur la liste complémentaire", "the rank on the waiting list"),
    ("appel", "vrai si la décision est rendue sur appel : {% if appel %}", "true for a decision after an appeal: {% if appel %}"),
    ("convocation.le", "quand a lieu l'entretien ou l'épreuve", "when the interview or test takes place"),
    ("convocation.lieu", "où il a lieu", "where it takes place"),
    ("convocation.consigne", "ce qu'il faut apporter", "what to bring"),
    ("libelleCampagne", "le nom de la campagne", "the campaign's name"),
    ("etablissement.nom", "le nom de l'établissement", "the establishment's name"),
    ("etablissement.url", "l'adresse de la plateforme", "the platform's address"),
    ("etablissement.support", "l'adresse à laquelle écrire", "the address to write to"),
    ("etablissement.couleur", "la couleur des boutons", "the colour of buttons"),
    ("candidat.prenom", "le prénom, sous son nom d'avant", "the first name, under its former name"),
    ("candidat.nomPat", "le nom, sous son nom d'avant", "the family name, under its former name"),
    ("candidat.numDossierOpi", "le numéro, sous son nom d'avant", "the number, under its former name"),
    ("candidat.libLangue", "la langue du candidat", "the candidate's language"),
    ("langue", "fr ou en", "fr or en"),
];

/// Of the answers of the support.
#[rustfmt::skip]
pub(super) const REPONSES: Table = &[
    ("prenom", "le prénom, si la personne est reconnue ; sinon vide", "the first name, if the person is recognised; else empty"),
    ("objet", "l'objet de la demande", "the subject of the request"),
    ("classe", "ce qui est demandé : {% if classe == \"ine\" %}", "what is asked: {% if classe == \"ine\" %}"),
    ("authentifie", "vrai si la personne est reconnue : {% if authentifie %}", "true if the person is recognised: {% if authentifie %}"),
    ("valide", "vrai si son compte est validé", "true if their account is validated"),
    ("lienEnvoye", "vrai si un nouveau lien vient de partir", "true if a new link has just left"),
    ("dossiers", "ses dossiers : {% for d in dossiers %} donne d.formation, d.etat, d.manquantes et d.retour", "their applications: {% for d in dossiers %} gives d.formation, d.etat, d.manquantes and d.retour"),
    ("piecesJointes", "vrai si des fichiers étaient joints", "true if files were attached"),
    ("libelleCampagne", "le nom de la campagne", "the campaign's name"),
    ("etablissement.nom", "le nom de l'établissement", "the establishment's name"),
    ("etablissement.url", "l'adresse de la plateforme", "the platform's address"),
    ("etablissement.support", "l'adresse à laquelle écrire", "the address to write to"),
    ("etablissement.couleur", "la couleur des boutons", "the colour of buttons"),
    ("langue", "fr ou en", "fr or en"),
];

/// Of what surrounds every mail.
#[rustfmt::skip]
pub(super) const CADRE: Table = &[
    ("corps", "le texte du mail, à laisser tel quel", "the mail's text, to be left as it is"),
    ("objet", "l'objet du mail (dans la page HTML seulement)", "the mail's subject (in the HTML page only)"),
    ("pied", "ce qui entoure le texte brut, mis en forme (dans la page HTML seulement)", "what surrounds the plain text, laid out (in the HTML page only)"),
    ("pourCandidat", "vrai si le mail va à un candidat : {% if pourCandidat %}", "true if the mail goes to a candidate: {% if pourCandidat %}"),
    ("reponse", "vrai si c'est une réponse à une demande : {% if reponse %}", "true if it answers a request: {% if reponse %}"),
    ("automatique", "vrai si personne ne l'a écrite", "true if nobody wrote it"),
    ("prenom", "le prénom du candidat (pas dans une réponse)", "the candidate's first name (not in an answer)"),
    ("nom", "le nom du candidat (pas dans une réponse)", "the candidate's family name (not in an answer)"),
    ("numDossierOpi", "le numéro de candidat (pas dans une réponse)", "the candidate number (not in an answer)"),
    ("libelleCampagne", "le nom de la campagne (vide dans une réponse)", "the campaign's name (empty in an answer)"),
    ("etablissement.nom", "le nom de l'établissement", "the establishment's name"),
    ("etablissement.url", "l'adresse de la plateforme", "the platform's address"),
    ("etablissement.support", "l'adresse à laquelle écrire", "the address to write to"),
    ("etablissement.couleur", "la couleur des boutons et des traits", "the colour of buttons and lines"),
    ("langue", "fr ou en", "fr or en"),
];

/// What frames need to know, and texts need not.
#[cfg(test)]
pub(super) const DU_CADRE: &[&str] = &["pourCandidat", "reponse", "automatique"];
/// What mails know in every case and frames have no use for.
#[cfg(test)]
pub(super) const DES_MAILS: &[&str] = &[
    "lien",
    "finLien",
    "lienValidation",
    "lienRattachement",
    "lienReinitialisation",
    "datFinReinitCptMin",
    "jourDestructionCptMin",
    "candidat.prenom",
    "candidat.nomPat",
    "candidat.numDossierOpi",
    "candidat.libLangue",
];
