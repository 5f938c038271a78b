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

const fn lire(chemin: &'static str, qui: Qui, resume: &'static str, reponse: Corps) -> Operation {
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

const fn agir(
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

const fn avec(
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

/// The names of [`super::instruction`], which batches take too.
const ACTES: &str = "Un acte : renvoi, reprise, complet, reouverture, avis, annulation, confirmation, desistement, promotion, \
    retablissement, echeances, pieces, notes, etiquettes, assignation ou fiche";

const FILTRE_DOSSIERS: &[(&str, &str)] = &[
    ("formation", "code"),
    ("centre", "code"),
    ("commission", "code"),
    ("etat", "en_attente, transmis, incomplet, complet ou annule"),
    ("avis", "publié"),
    ("reponse", "confirmee, desistee ou desistee_auto"),
    (
        "attend_reponse",
        "true : un avis favorable attend sa réponse",
    ),
    ("brouillon", "true : un avis est saisi, pas encore publié"),
    ("assigne", "confié à cette personne"),
    ("etiquette", "qui porte cette étiquette"),
    ("transmis_apres", "date et heure"),
    ("transmis_avant", "date et heure"),
    ("q", "mots du nom ou du numéro, sans accents ni casse"),
    (
        "tri",
        "nom, numero, formation, cree_le ou transmis_le ; « - » devant pour l'ordre inverse",
    ),
    ("curseur", "rendu par la page précédente"),
    ("limite", "lignes par page, de 1 à 200"),
];

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
    agir("post", "/personnel/invitation", Public, "Accepte une invitation au personnel par le jeton du mail", Json("NouveauMotDePasse"), (204, Rien)),
    lire("/gestion/moi", Personnel, "Qui je suis, ce que je peux", Json("Agent")),
    agir("post", "/gestion/session", Personnel, "Le second facteur, quand le mot de passe est déjà donné", Json("Code"), (200, Json("SessionPersonnel"))),
    agir("post", "/gestion/second-facteur", Personnel, "Commence un second facteur", Rien, (200, Json("SecondFacteur"))),
    agir("put", "/gestion/second-facteur", Personnel, "Le met en service par un premier code", Json("PremierCode"), (200, Json("CodesDeSecours"))),
    agir("post", "/gestion/second-facteur/recours", Personnel, "De nouveaux codes de secours ; les anciens meurent", Json("Code"), (200, Json("CodesDeSecours"))),
    agir("put", "/gestion/mot-de-passe", Personnel, "Change le mot de passe", Json("ChangementMotDePasse"), (200, Json("SessionPersonnel"))),
    lire("/gestion/personnel", Personnel, "Tout le personnel", Json("Personnels")),
    agir("post", "/gestion/personnel", Personnel, "Invite quelqu'un", Json("PersonnelForm"), (201, Json("Personnel"))),
    lire("/gestion/personnel/{id}", Personnel, "Une personne", Json("Personnel")),
    agir("put", "/gestion/personnel/{id}", Personnel, "Change son nom et ses droits", Json("PersonnelForm"), (200, Json("Personnel"))),
    agir("delete", "/gestion/personnel/{id}", Personnel, "Lui ferme l'accès", Rien, (200, Json("Personnel"))),
    agir("post", "/gestion/personnel/{id}/invitation", Personnel, "Renvoie l'invitation", Rien, (200, Json("Personnel"))),
    agir("delete", "/gestion/personnel/{id}/second-facteur", Personnel, "Retire un second facteur perdu", Rien, (200, Json("Personnel"))),
    avec(lire("/gestion/audit", Personnel, "Qui a vu ou fait quoi", Json("Audit")), &[("dossier", "d'un dossier"), ("personnel", "ou d'une personne"), ("curseur", "rendu par la page précédente")]),
    avec(lire("/gestion/dossiers", Personnel, "Les dossiers de son périmètre", Json("ListeGestion")), FILTRE_DOSSIERS),
    agir("post", "/gestion/dossiers", Personnel, "Ouvre un dossier pour un candidat, ou lui propose une place", Json("CreationGestion"), (201, Json("DossierGestion"))),
    lire("/gestion/dossiers/{id}", Personnel, "Un dossier, avec son candidat et ce que l'on peut y faire", Json("DossierGestion")),
    avec(lire("/gestion/dossiers/{id}/pieces/{code}", Personnel, "Le fichier déposé, ou son image", Fichier), &[("apercu", "1 : l'image d'une page, PNG"), ("page", "laquelle, à partir de 1")]),
    agir("post", "/gestion/dossiers/{id}/pieces/{code}/decision", Personnel, "Valide ou refuse une pièce", Json("DecisionPiece"), (200, Json("DossierGestion"))),
    agir("post", "/gestion/dossiers/{id}/{acte}", Personnel, ACTES, Json("Acte"), (200, Json("DossierGestion"))),
    agir("put", "/gestion/dossiers/{id}/{acte}", Personnel, ACTES, Json("Acte"), (200, Json("DossierGestion"))),
    agir("post", "/gestion/dossiers/{id}/avis/validation", Personnel, "Publie l'avis saisi", Rien, (200, Json("DossierGestion"))),
    agir("delete", "/gestion/dossiers/{id}/avis/saisie", Personnel, "Retire l'avis saisi", Rien, (200, Json("DossierGestion"))),
    agir("post", "/gestion/lots", Personnel, "Le même acte sur plusieurs dossiers ; « essai » dit chaque mail sans rien faire", Json("Lot"), (200, Json("RapportLot"))),
    avec(lire("/gestion/statistiques", Personnel, "Les comptes de son périmètre", Json("Statistiques")), FILTRE_DOSSIERS),
];
