//! Every operation of the API, one row each: what the OpenAPI document and its page are made of.

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qui {
    Public,
    Candidat,
    Personnel,
}

impl Qui {
    pub(super) const fn nom(self) -> &'static str {
        match self {
            Self::Public => "Sans connexion",
            Self::Candidat => "Candidats",
            Self::Personnel => "Personnel",
        }
    }
}

/// A body.
#[derive(Clone, Copy, Debug)]
pub(super) enum Corps {
    Rien,
    /// By the name of its schema.
    Json(&'static str),
    /// PDF, JPEG or PNG.
    Fichier,
    /// A file on its way in, raw or in a form.
    Envoi,
    /// Of this type.
    Type(&'static str),
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) methode: &'static str,
    pub(super) chemin: &'static str,
    pub(super) qui: Qui,
    pub(super) resume: &'static str,
    pub(super) parametres: &'static [(&'static str, &'static str)],
    pub(super) corps: Option<Corps>,
    pub(super) reponse: (u16, Corps),
}

const PAGE: &[(&str, &str)] = &[
    ("curseur", "rendu par la page précédente"),
    ("limite", "lignes par page, de 1 à 100"),
];

const FILTRE_DEMANDES: &[(&str, &str)] = &[
    (
        "etat",
        "nouvelle, en_cours, en_attente, close ou fusionnee ; sans lui, tout ce qui n'est pas fini",
    ),
    ("toutes", "true : finies comprises"),
    ("classe", "code de classe"),
    ("responsable", "id d'un membre du personnel"),
    ("sans_responsable", "true : à personne"),
    ("urgentes", "true"),
    ("en_retard", "true : échéance passée"),
    ("candidat", "id"),
    ("dossier", "id"),
    ("formation", "code"),
    ("q", "mots de l'objet, de l'adresse ou du nom"),
    ("curseur", "rendu par la page précédente"),
    ("limite", "lignes par page, de 1 à 200"),
];

pub(super) const fn lire(
    chemin: &'static str,
    qui: Qui,
    resume: &'static str,
    reponse: Corps,
) -> Operation {
    Operation {
        methode: "get",
        chemin,
        qui,
        resume,
        parametres: &[],
        corps: None,
        reponse: (200, reponse),
    }
}

pub(super) const fn agir(
    methode: &'static str,
    chemin: &'static str,
    qui: Qui,
    resume: &'static str,
    corps: Corps,
    reponse: (u16, Corps),
) -> Operation {
    Operation {
        methode,
        chemin,
        qui,
        resume,
        parametres: &[],
        corps: match corps {
            Corps::Rien => None,
            Corps::Json(_) | Corps::Fichier | Corps::Envoi | Corps::Type(_) => Some(corps),
        },
        reponse,
    }
}

pub(super) const fn avec(
    operation: Operation,
    parametres: &'static [(&'static str, &'static str)],
) -> Operation {
    Operation {
        parametres,
        ..operation
    }
}

use Corps::{Envoi, Fichier, Json, Rien, Type};
use Qui::{Candidat, Personnel, Public};

/// All of them, in reading order.
#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    lire("/openapi.json", Public, "Ce document", Type("application/json")),
    lire("/docs", Public, "Ce document, à lire", Type("text/html")),
    avec(lire("/formations", Public, "L'offre, par composante et par niveau", Json("Offre")), &[("filtre", "mots du nom ou des mots clés, sans accents ni casse")]),
    lire("/pieces/{code}/modele", Public, "Le formulaire à remplir", Fichier),
    agir("post", "/comptes", Public, "Crée un compte ; la réponse ne dit pas si l'adresse est connue", Json("Inscription"), (202, Json("Message"))),
    agir("post", "/comptes/validation", Public, "Valide un compte par le jeton du mail", Json("Jeton"), (200, Json("Numero"))),
    agir("post", "/comptes/code-perdu", Public, "Redemande le lien de validation", Json("Mail"), (202, Json("Message"))),
    agir("post", "/comptes/mot-de-passe-oublie", Public, "Demande un lien de réinitialisation", Json("Mail"), (202, Json("Message"))),
    agir("post", "/comptes/mot-de-passe", Public, "Choisit un nouveau mot de passe par le jeton du mail", Json("NouveauMotDePasse"), (204, Rien)),
    agir("post", "/comptes/nouvelle-adresse", Public, "Confirme une nouvelle adresse par le jeton du mail", Json("Jeton"), (204, Rien)),
    agir("post", "/comptes/adresse", Public, "Corrige l'adresse d'un compte pas encore validé", Json("CorrectionAdresse"), (202, Json("Message"))),
    agir("post", "/session", Public, "Ouvre une session", Json("Identifiants"), (200, Json("Session"))),
    agir("delete", "/session", Candidat, "Ferme la session", Rien, (204, Rien)),
    lire("/accuses/cle", Public, "La clé publique qui vérifie les accusés", Json("Cle")),
    agir("post", "/accuses/verification", Public, "Dit si un accusé est authentique", Json("Accuse"), (200, Json("Verdict"))),
    lire("/moi", Candidat, "Compte, activation et profil", Json("Moi")),
    agir("put", "/moi/informations", Candidat, "Enregistre les informations personnelles", Json("Informations"), (200, Json("MoiOuApercu"))),
    agir("put", "/moi/adresse", Candidat, "Enregistre l'adresse", Json("Adresse"), (200, Json("Moi"))),
    agir("put", "/moi/baccalaureat", Candidat, "Enregistre le baccalauréat", Json("Baccalaureat"), (200, Json("Moi"))),
    agir("put", "/moi/mail", Candidat, "Demande à changer d'adresse", Json("ChangementMail"), (200, Json("Moi"))),
    agir("put", "/moi/langue", Candidat, "Choisit la langue des mails et des pages", Json("ChoixLangue"), (200, Json("Moi"))),
    lire("/moi/courriers", Candidat, "Ce que sont devenus les mails envoyés au candidat", Json("Courriers")),
    lire("/moi/donnees", Candidat, "Tout ce qui est gardé sur le candidat", Json("Donnees")),
    lire("/moi/donnees.zip", Candidat, "La même chose, avec les fichiers", Type("application/zip")),
    agir("put", "/moi/mot-de-passe", Candidat, "Change le mot de passe", Json("ChangementMotDePasse"), (204, Rien)),
    lire("/moi/cursus-internes", Candidat, "Années dans l'établissement, reçues de la scolarité", Json("Entrees")),
    avec(lire("/moi/{rubrique}", Candidat, "Lignes d'une rubrique : cursus-externes, stages ou experiences", Json("Entrees")), PAGE),
    agir("post", "/moi/{rubrique}", Candidat, "Ajoute une ligne", Json("EntreeForm"), (201, Json("EntreeEcrite"))),
    lire("/moi/{rubrique}/{id}", Candidat, "Une ligne", Json("Entree")),
    agir("put", "/moi/{rubrique}/{id}", Candidat, "Remplace une ligne", Json("EntreeForm"), (200, Json("EntreeEcrite"))),
    agir("delete", "/moi/{rubrique}/{id}", Candidat, "Retire une ligne", Rien, (204, Rien)),
    lire("/moi/demandes", Candidat, "Les demandes du candidat au support", Json("MesDemandes")),
    agir("post", "/moi/demandes", Candidat, "Écrit au support", Json("NouvelleDemande"), (201, Json("MaDemande"))),
    lire("/moi/demandes/{id}", Candidat, "Une demande, avec ses réponses", Json("MaDemande")),
    agir("post", "/moi/demandes/{id}/messages", Candidat, "Poursuit une demande", Json("TexteDemande"), (201, Json("MaDemande"))),
    avec(lire("/dossiers", Candidat, "Les dossiers du candidat", Json("Dossiers")), PAGE),
    agir("post", "/dossiers", Candidat, "Ouvre un dossier", Json("Ouverture"), (201, Json("Dossier"))),
    lire("/dossiers/{id}", Candidat, "Un dossier", Json("Dossier")),
    agir("post", "/dossiers/{id}/transmission", Candidat, "Transmet ; toutes les pièces doivent être là", Rien, (200, Json("Dossier"))),
    agir("post", "/dossiers/{id}/confirmation", Candidat, "Accepte la place", Rien, (200, Json("Dossier"))),
    agir("post", "/dossiers/{id}/desistement", Candidat, "Renonce", Rien, (200, Json("Dossier"))),
    agir("post", "/dossiers/{id}/annulation", Candidat, "Annule avant transmission", Rien, (200, Json("Dossier"))),
    lire("/dossiers/{id}/accuse", Candidat, "L'accusé de réception : JSON, ou PDF selon Accept", Json("Accuse")),
    lire("/dossiers/{id}/accuse.json", Candidat, "L'accusé de réception, JSON signé", Json("Accuse")),
    lire("/dossiers/{id}/accuse.pdf", Candidat, "L'accusé de réception, PDF", Type("application/pdf")),
    lire("/dossiers/{id}/lettre.pdf", Candidat, "La lettre de la décision rendue, PDF", Type("application/pdf")),
    agir("put", "/dossiers/{id}/pieces/{code}", Candidat, "Dépose un fichier (PDF, JPG, PNG, 4 Mio au plus)", Envoi, (200, Json("Dossier"))),
    avec(lire("/dossiers/{id}/pieces/{code}", Candidat, "Le fichier déposé, ou son image", Fichier), &[("apercu", "1 : l'image d'une page, PNG"), ("page", "laquelle, à partir de 1")]),
    agir("delete", "/dossiers/{id}/pieces/{code}", Candidat, "Retire le fichier", Rien, (200, Json("Dossier"))),
    agir("post", "/dossiers/{id}/pieces/{code}/tiroir", Candidat, "Reprend la pièce commune du tiroir", Rien, (200, Json("Dossier"))),
    agir("post", "/dossiers/{id}/pieces/{code}/non-concerne", Candidat, "Se déclare non concerné", Json("Certification"), (200, Json("Dossier"))),
    agir("delete", "/dossiers/{id}/pieces/{code}/non-concerne", Candidat, "Revient sur la déclaration", Rien, (200, Json("Dossier"))),
    avec(lire("/gestion/demandes", Personnel, "Les demandes au support, urgentes d'abord, puis par échéance", Json("DemandesGestion")), FILTRE_DEMANDES),
    lire("/gestion/demandes/{id}", Personnel, "Une demande, avec ses messages, ses notes et son historique", Json("DemandeGestion")),
    agir("post", "/gestion/demandes/{id}/reponse", Personnel, "Répond au demandeur ; If-Match évite une seconde réponse", Json("TexteDemande"), (200, Json("DemandeGestion"))),
    agir("post", "/gestion/demandes/{id}/notes", Personnel, "Ajoute une note interne, qui ne sort jamais", Json("TexteDemande"), (200, Json("DemandeGestion"))),
    agir("put", "/gestion/demandes/{id}/responsable", Personnel, "Attribue la demande, ou la libère", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    agir("put", "/gestion/demandes/{id}/echeance", Personnel, "Déplace l'échéance", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    agir("post", "/gestion/demandes/{id}/cloture", Personnel, "Clôt", Rien, (200, Json("DemandeGestion"))),
    agir("post", "/gestion/demandes/{id}/reouverture", Personnel, "Rouvre", Rien, (200, Json("DemandeGestion"))),
    agir("post", "/gestion/demandes/{id}/fusion", Personnel, "Réunit la demande à une autre, qui est rendue", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    agir("post", "/gestion/demandes/{id}/scission", Personnel, "Donne à des messages une demande à eux, qui est rendue", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    agir("put", "/gestion/demandes/{id}/rattachement", Personnel, "Dit de quel candidat, de quel dossier il s'agit", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    agir("put", "/gestion/demandes/{id}/classes", Personnel, "Dit ce qui est demandé", Json("GesteDemande"), (200, Json("DemandeGestion"))),
    lire("/gestion/demandes/{id}/messages/{message}/original", Personnel, "Le mail tel qu'il a été reçu", Type("message/rfc822")),
    lire("/gestion/demandes/{id}/messages/{message}/pieces/{rang}", Personnel, "Une pièce jointe, à enregistrer", Type("application/octet-stream")),
    lire("/gestion/support", Personnel, "Comment va la boîte du support", Json("Support")),
    agir("put", "/gestion/support", Personnel, "Arrête ou reprend toutes les réponses automatiques", Json("ReglageSupport"), (200, Json("Support"))),
    lire("/gestion/support/quarantaine", Personnel, "Les mails qui n'ont pas pu être compris", Json("Quarantaine")),
    agir("post", "/gestion/support/quarantaine/{sha256}/rejeu", Personnel, "Reprend un de ces mails", Rien, (200, Json("Support"))),
    lire("/gestion/support/quarantaine/{sha256}", Personnel, "Un de ces mails tel qu'il a été reçu ; le regard est tracé", Type("message/rfc822")),
    avec(lire("/gestion/courrier", Personnel, "Ce que deviennent les mails envoyés, par fournisseur, et les adresses refusées", Json("Delivrabilite")), &[("jours", "depuis combien de jours, 30 par défaut, 400 au plus"), ("domaine", "d'un seul fournisseur")]),
    lire("/gestion/campagne", Personnel, "La campagne en cours", Json("Definition")),
    agir("put", "/gestion/campagne", Personnel, "Règle la campagne", Json("CampagneForme"), (200, Json("Definition"))),
    lire("/gestion/campagne/fichier", Personnel, "La campagne entière, au format du fichier de campagne", Type("application/toml")),
    avec(agir("post", "/gestion/campagne/import", Personnel, "Importe un fichier de campagne, ou dit ce qui changerait", Type("application/toml"), (200, Json("Changements"))), &[("essai", "1 : ne rien changer, dire ce qui changerait")]),
    avec(lire("/gestion/campagne/historique", Personnel, "Qui a changé quoi et quand, du plus récent au plus ancien", Json("HistoriqueCampagne")), &[("avant", "rendu par la page précédente")]),
    agir("post", "/gestion/campagne/fermeture", Personnel, "Ferme la campagne maintenant", Rien, (200, Json("Definition"))),
    avec(agir("post", "/gestion/campagne/suivante", Personnel, "Archive la campagne fermée et ouvre la suivante, codes gardés et dates décalées", Json("CampagneSuivante"), (200, Json("Changements"))), &[("essai", "1 : ne rien changer, dire ce qui changerait")]),
    agir("post", "/gestion/effacements", Personnel, "Efface les données d'un candidat à sa demande, ou dit ce qui partirait", Json("DemandeEffacement"), (200, Json("Effacement"))),
    lire("/gestion/formations", Personnel, "Les formations de la campagne", Json("Definitions")),
    agir("post", "/gestion/formations", Personnel, "Ajoute une formation", Json("FormationForme"), (201, Json("Definition"))),
    lire("/gestion/formations/{code}", Personnel, "Une formation", Json("Definition")),
    agir("put", "/gestion/formations/{code}", Personnel, "Définit une formation", Json("FormationForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/formations/{code}", Personnel, "Retire une formation dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/pieces", Personnel, "Les pièces de la campagne", Json("Definitions")),
    agir("post", "/gestion/pieces", Personnel, "Ajoute une pièce", Json("PieceForme"), (201, Json("Definition"))),
    lire("/gestion/pieces/{code}", Personnel, "Une pièce", Json("Definition")),
    agir("put", "/gestion/pieces/{code}", Personnel, "Définit une pièce", Json("PieceForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/pieces/{code}", Personnel, "Retire une pièce dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/centres", Personnel, "Les centres de la campagne", Json("Definitions")),
    agir("post", "/gestion/centres", Personnel, "Ajoute un centre", Json("CentreForme"), (201, Json("Definition"))),
    lire("/gestion/centres/{code}", Personnel, "Un centre", Json("Definition")),
    agir("put", "/gestion/centres/{code}", Personnel, "Définit un centre", Json("CentreForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/centres/{code}", Personnel, "Retire un centre dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/composantes", Personnel, "Les composantes de la campagne", Json("Definitions")),
    agir("post", "/gestion/composantes", Personnel, "Ajoute une composante", Json("LibelleForme"), (201, Json("Definition"))),
    lire("/gestion/composantes/{code}", Personnel, "Une composante", Json("Definition")),
    agir("put", "/gestion/composantes/{code}", Personnel, "Définit une composante", Json("LibelleForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/composantes/{code}", Personnel, "Retire une composante dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/commissions", Personnel, "Les commissions de la campagne", Json("Definitions")),
    agir("post", "/gestion/commissions", Personnel, "Ajoute une commission", Json("CommissionForme"), (201, Json("Definition"))),
    lire("/gestion/commissions/{code}", Personnel, "Une commission", Json("Definition")),
    agir("put", "/gestion/commissions/{code}", Personnel, "Définit une commission", Json("CommissionForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/commissions/{code}", Personnel, "Retire une commission dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/motifs", Personnel, "Les motifs de refus de la campagne", Json("Definitions")),
    agir("post", "/gestion/motifs", Personnel, "Ajoute un motif de refus", Json("LibelleForme"), (201, Json("Definition"))),
    lire("/gestion/motifs/{code}", Personnel, "Un motif de refus", Json("Definition")),
    agir("put", "/gestion/motifs/{code}", Personnel, "Définit un motif de refus", Json("LibelleForme"), (200, Json("Definition"))),
    agir("delete", "/gestion/motifs/{code}", Personnel, "Retire un motif de refus dont plus rien ne dépend", Rien, (204, Rien)),
    lire("/gestion/mails", Personnel, "Les textes des mails, des réponses du support et du cadre, et qui les a changés", Json("TextesMails")),
    lire("/gestion/mails/{mail}/{langue}", Personnel, "Un texte dans une langue, celui d'origine, ses variables", Json("TexteMail")),
    agir("put", "/gestion/mails/{mail}/{langue}", Personnel, "Change un texte", Json("TexteMailForme"), (200, Json("TexteMail"))),
    agir("delete", "/gestion/mails/{mail}/{langue}", Personnel, "Revient au texte d'origine", Rien, (204, Rien)),
    agir("post", "/gestion/mails/{mail}/{langue}/apercu", Personnel, "Écrit le mail avec des données d'exemple ; ne change rien", Json("TexteMailForme"), (200, Json("ApercusMail"))),
    agir("put", "/gestion/pieces/{code}/modele", Personnel, "Dépose le formulaire PDF à télécharger", Envoi, (200, Json("Definition"))),
    agir("delete", "/gestion/pieces/{code}/modele", Personnel, "Retire le formulaire à télécharger", Rien, (200, Json("Definition"))),
];
