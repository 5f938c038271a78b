//! What may be asked of a dossier as it stands: the acts that are offered, and the form of the draft.

use actors::protocol::{DossierGestion, Etat as EtatDossier};
use domain::campagne::Catalogue;
use domain::dossier::Nature;
use domain::personnel::droits::Pouvoir;

use super::super::Poste;
use super::super::actes::Acte;
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Formulaire, pour_champ, quand};

/// A draft in words.
pub(super) fn avis_en_mots(t: Textes, catalogue: &Catalogue, nature: &Nature) -> String {
    match nature {
        Nature::Favorable => t.etat_favorable().to_owned(),
        Nature::Defavorable { motif } => {
            let motif = catalogue.motifs.get(motif);
            let motif = motif.map_or("", |m| m.libelle.dans(t.langue()));
            format!("{} : {motif}", t.etat_defavorable())
        }
        Nature::ListeComplementaire { rang } => t.decision_rang(rang),
        Nature::ListeAttente => t.etat_liste_attente().to_owned(),
        Nature::Preselection { convocation } => {
            let convocation = convocation.as_ref().map(|c| quand(t, c.le));
            format!(
                "{} {}",
                t.etat_preselection(),
                convocation.unwrap_or_default()
            )
        }
    }
}

/// What may be asked of this dossier as it stands; each leads to a preview.
pub(super) fn offerts(t: Textes, vue: &DossierGestion) -> Vec<(&'static str, String)> {
    let dossier = &vue.dossier;
    let etat = dossier.etat;
    let brouillon = dossier
        .gestion
        .as_ref()
        .is_some_and(|g| g.brouillon.is_some());
    let nature = dossier.decision.as_ref().map(|d| &d.avis.nature);
    let offre = nature == Some(&Nature::Favorable);
    let liste = matches!(nature, Some(Nature::ListeComplementaire { .. }));
    let attente = liste || nature == Some(&Nature::ListeAttente);
    let libre = dossier.reponse.is_none();
    let confirme = dossier.reponse == Some(domain::dossier::Reponse::Confirmee);
    let examen = matches!(etat, EtatDossier::Transmis | EtatDossier::Complet);
    let convient = |acte: Acte| match acte {
        Acte::Complet => etat == EtatDossier::Transmis,
        Acte::Renvoi => examen && nature.is_none(),
        Acte::Reprise => etat == EtatDossier::Incomplet,
        Acte::Reouverture => etat == EtatDossier::Complet && nature.is_none(),
        // Each has a form of its own on the page.
        Acte::Avis | Acte::Etiquettes => false,
        Acte::RetirerAvis | Acte::Validation => brouillon,
        Acte::Assignation => true,
        Acte::Echeances => etat != EtatDossier::Annule,
        Acte::Promotion => liste && libre,
        Acte::Confirmation => offre && libre,
        Acte::Desistement => (offre && (libre || confirme)) || (attente && libre),
        Acte::Retablissement => offre && !libre && !confirme,
        Acte::Annulation => etat != EtatDossier::Annule && !confirme,
    };
    let permis = |acte: &Acte| convient(*acte) && vue.pouvoirs.contains(&acte.pouvoir());
    let offerts = Acte::TOUS.into_iter().filter(permis);
    offerts.map(|a| (a.code(), a.texte(t).to_owned())).collect()
}

/// The form of the draft; no mail leaves with it, so it is entered at once (T15, T17).
pub(super) fn avis(
    etat: &Etat,
    poste: &Poste,
    vue: &DossierGestion,
    ici: &str,
) -> Option<Formulaire> {
    let (t, dossier) = (poste.t(), &vue.dossier);
    let examen = matches!(dossier.etat, EtatDossier::Transmis | EtatDossier::Complet);
    if !examen || !vue.pouvoirs.contains(&Pouvoir::SaisirAvis) {
        return None;
    }
    let mut champs = Acte::Avis.champs(t, &etat.catalogue(), &[], false);
    // There is an appeal only against a refusal the candidate knows (T17).
    let refuse = dossier.decision.as_ref();
    if !refuse.is_some_and(|d| matches!(d.avis.nature, Nature::Defavorable { .. })) {
        champs.retain(|champ| champ.nom() != "appel");
    }
    let brouillon = dossier.gestion.as_ref().and_then(|g| g.brouillon.as_ref());
    let mut valeurs = Vec::new();
    if let Some(avis) = brouillon {
        let mut garder = |nom: &str, valeur: String| valeurs.push((nom.to_owned(), valeur));
        garder("avis", avis.nature.code().to_owned());
        match &avis.nature {
            Nature::Favorable | Nature::ListeAttente => {}
            Nature::Defavorable { motif } => garder("motif", motif.to_string()),
            Nature::ListeComplementaire { rang } => garder("rang", rang.to_string()),
            Nature::Preselection { convocation } => {
                if let Some(c) = convocation {
                    garder("convocation.le", pour_champ(c.le));
                    garder("convocation.lieu", c.lieu.clone());
                    garder(
                        "convocation.consigne",
                        c.consigne.clone().unwrap_or_default(),
                    );
                }
            }
        }
        garder("commentaire", avis.commentaire.clone().unwrap_or_default());
        if avis.appel {
            garder("appel", "oui".to_owned());
        }
    }
    let form = poste
        .visiteur
        .formulaire("/gestion/lots", &t.examen_saisir(), champs)
        .cache("acte", Acte::Avis.code())
        .cache("etape", "faire")
        .cache("dossier", dossier.id.to_string())
        .cache("version", dossier.version.to_string())
        .cache("retour_a", ici);
    Some(form.remplir(&valeurs))
}
