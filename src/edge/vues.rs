//! What the actors answer, as the JSON of the contract.

mod formes;

use std::collections::BTreeMap;

use actors::protocol::{DecisionVue, DossierVue, Etat as EtatDossier, Moi, PieceVue};
use domain::campagne::{Catalogue, EtatTransmis, Formation};
use domain::dossier::{Avis, Depot, Nature, Reponse};
use domain::profil::{Fiche, Section};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

pub(super) use formes::{DossierJson, FormationJson, PieceJson};

/// A formation, with whether it takes applications now.
pub(super) fn formation(f: &Formation, maintenant: Timestamp) -> FormationJson<'_> {
    FormationJson {
        code: &f.code,
        libelle: &f.libelle.fr,
        libelle_en: f.libelle.en.as_deref(),
        composante: &f.composante,
        centre: &f.centre,
        niveau: &f.niveau,
        mots_cles: &f.mots_cles,
        candidature_debut: f.candidature_debut,
        candidature_fin: f.candidature_fin,
        retour: f.retour,
        confirmation: f.confirmation,
        capacite: f.capacite,
        pieces: &f.pieces,
        ouverte: f.ouverte(maintenant),
    }
}

/// Account, what is missing, profile.
pub(super) fn moi(moi: &Moi) -> Value {
    let manque = moi.profil.manque();
    json!({
        "id": moi.id,
        "numero": moi.numero,
        "nom": moi.nom,
        "prenom": moi.prenom,
        "mail": moi.mail,
        "mail_en_attente": moi.mail_en_attente,
        "rebond": moi.rebond,
        "langue": moi.langue,
        "activation": { "complete": manque.is_empty(), "manque": manque },
        "profil": moi.profil,
        "ine_verifie": moi.profil.ine_verifie(),
        "sections": [Section::Informations, Section::Adresse, Section::Baccalaureat],
        "version": moi.version,
    })
}

/// What the scolarité knows, to be confirmed (G13).
pub(super) fn fiche(fiche: &Fiche) -> Value {
    json!({
        "nom": fiche.nom,
        "prenoms": fiche.prenoms,
        "date_naissance": fiche.date_naissance,
        "lieu_naissance": fiche.lieu_naissance,
        "nationalite": fiche.nationalite,
        "numero_etudiant": fiche.numero_etudiant,
        "adresse": fiche.adresse,
        "baccalaureat": fiche.baccalaureat,
        "inscriptions": fiche.inscriptions,
    })
}

/// A dossier.
pub(super) fn dossier<'a>(
    vue: &'a DossierVue,
    catalogue: &'a Catalogue,
    maintenant: Timestamp,
) -> DossierJson<'a> {
    let formation = catalogue.formations.get(&vue.formation);
    DossierJson {
        id: &vue.id,
        etat: vue.etat,
        libelle: libelle_dossier(vue, catalogue),
        formation: formation.map(|f| self::formation(f, maintenant)),
        pieces: vue.pieces.iter().map(|p| piece(p, catalogue)).collect(),
        transmissible: vue.transmissible,
        echu: vue.echu,
        cree_le: vue.cree_le,
        transmis_le: vue.transmis_le,
        historique: &vue.historique,
        echeances: &vue.echeances,
        decision: vue.decision.as_ref().map(|d| decision(d, catalogue)),
        reponse: vue.reponse,
        motif_annulation: vue.motif_annulation.as_deref(),
        chaine: &vue.chaine,
        version: vue.version,
    }
}

/// A dossier as staff see it: the draft comes first, what is released beside it.
pub(super) fn dossier_gestion(
    vue: &DossierVue,
    catalogue: &Catalogue,
    maintenant: Timestamp,
) -> Value {
    let mut corps = json!(dossier(vue, catalogue, maintenant));
    let Some(gestion) = &vue.gestion else {
        return corps;
    };
    corps["candidat"] = json!(vue.candidat);
    corps["fiche"] = json!(gestion.fiche);
    corps["proposition"] = json!(gestion.proposition);
    corps["profil"] = json!(gestion.profil);
    if let Some(brouillon) = &gestion.brouillon {
        let mut saisi = avis(brouillon, catalogue);
        saisi.insert("publiee".to_owned(), json!(false));
        corps["decision_publiee"] = corps["decision"].take();
        corps["decision"] = Value::Object(saisi);
    }
    corps
}

/// The state as people read it.
pub(super) fn libelle(etat: EtatDossier, catalogue: &Catalogue) -> &'static str {
    let transmis = catalogue
        .campagne
        .as_ref()
        .map(|c| c.etat_transmis)
        .unwrap_or_default();
    match (etat, transmis) {
        (EtatDossier::EnAttente, _) => "En attente",
        (EtatDossier::Transmis, EtatTransmis::Receptionne) => "Réceptionné",
        (EtatDossier::Transmis, EtatTransmis::Transmis) => "Transmis",
        (EtatDossier::Incomplet, _) => "Incomplet",
        (EtatDossier::Complet, _) => "Complet",
        (EtatDossier::Annule, _) => "Annulé",
    }
}

/// The dossier as people read it: the answer, else the released decision, else the state.
pub(super) fn libelle_dossier(vue: &DossierVue, catalogue: &Catalogue) -> &'static str {
    match (vue.etat, vue.reponse, &vue.decision) {
        (EtatDossier::Annule, _, _) | (_, None, None) => libelle(vue.etat, catalogue),
        (_, Some(Reponse::Confirmee), _) => "Confirmé",
        (_, Some(Reponse::Desistee), _) => "Désisté",
        (_, Some(Reponse::DesisteeAuto), _) => "Désisté (date dépassée)",
        (_, None, Some(decision)) => match decision.avis.nature {
            Nature::Favorable => "Avis favorable",
            Nature::Defavorable { .. } => "Avis défavorable",
            Nature::ListeComplementaire { .. } => "Liste complémentaire",
            Nature::ListeAttente => "Liste d'attente",
            Nature::Preselection { .. } => "Présélection",
        },
    }
}

/// A released decision, as the contract has it.
pub(super) fn decision(vue: &DecisionVue, catalogue: &Catalogue) -> Value {
    let mut corps = avis(&vue.avis, catalogue);
    corps.insert("publiee".to_owned(), json!(true));
    corps.insert("publiee_le".to_owned(), json!(vue.publiee_le));
    corps.insert("promue".to_owned(), json!(vue.promue));
    corps.insert("a_confirmer".to_owned(), json!(vue.a_confirmer));
    corps.insert("rang_reel".to_owned(), json!(vue.rang_reel));
    Value::Object(corps)
}

/// What the jury decided, with the label of the reason.
pub(super) fn avis(avis: &Avis, catalogue: &Catalogue) -> Map<String, Value> {
    let mut corps = Map::new();
    if let Value::Object(champs) = json!(avis) {
        corps = champs;
    }
    if let Nature::Defavorable { motif } = &avis.nature {
        let libelle = catalogue.motifs.get(motif).map(|m| &m.libelle.fr);
        corps.insert("motif_libelle".to_owned(), json!(libelle));
    }
    corps
}

/// A piece of a dossier.
fn piece<'a>(vue: &'a PieceVue, catalogue: &'a Catalogue) -> PieceJson<'a> {
    let def = catalogue.pieces.get(&vue.code);
    let (fichier, certifie_le) = match &vue.depot {
        None => (None, None),
        Some(Depot::Deposee { fichier }) => (Some(fichier), None),
        Some(Depot::NonConcerne { certifie_le, .. }) => (None, Some(*certifie_le)),
    };
    PieceJson {
        code: &vue.code,
        libelle: def.map(|d| d.libelle.fr.as_str()),
        libelle_en: def.and_then(|d| d.libelle.en.as_deref()),
        aide: def.map(|d| d.aide.fr.as_str()),
        commune: def.is_some_and(|d| d.commune),
        conditionnelle: def.is_some_and(|d| d.conditionnelle),
        modele: def.is_some_and(|d| d.modele.is_some()),
        statut: vue.statut,
        commentaire: vue.commentaire.as_deref(),
        modifiable: vue.modifiable,
        complementaire: vue.complementaire,
        fichier,
        non_concerne: certifie_le.is_some(),
        certifie_le,
    }
}

/// Accents and case ignored.
pub(super) fn plat(texte: &str) -> String {
    texte
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect::<String>()
        .to_lowercase()
}

/// Every word of the filter is in the name or the key words.
fn convient(formation: &Formation, mots: &[&str]) -> bool {
    let en = formation.libelle.en.as_deref().unwrap_or_default();
    let texte = plat(&format!(
        "{} {en} {}",
        formation.libelle.fr,
        formation.mots_cles.join(" ")
    ));
    mots.iter().all(|mot| texte.contains(mot))
}

/// The offer: composante, then level, then formations that the filter leaves (G20).
pub(super) fn offre<'a>(catalogue: &'a Catalogue, filtre: &str) -> Offre<'a> {
    let filtre = plat(filtre);
    let mots: Vec<&str> = filtre.split_whitespace().collect();
    let mut groupes = Offre::new();
    for formation in catalogue.formations.values().filter(|f| convient(f, &mots)) {
        let niveaux = groupes.entry(formation.composante.as_str()).or_default();
        niveaux
            .entry(formation.niveau.as_str())
            .or_default()
            .push(formation);
    }
    groupes
}

/// By composante and level.
pub(super) type Offre<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Formation>>>;
