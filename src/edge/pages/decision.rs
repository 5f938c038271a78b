//! The released decision, and the candidate's answer (G34, G35).

use actors::protocol::{DecisionVue, DossierVue};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::campagne::Catalogue;
use domain::dossier::{Commande, Nature, Reponse};
use jiff::Timestamp;

use super::compte::TexteEtFormulaire;
use super::dossiers::{faire, trouver};
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::{Etat, api};
use crate::textes::{Dit, Textes};
use crate::views::{Lien, quand, reste};

struct Bouton {
    classe: &'static str,
    chemin: String,
    texte: &'static str,
}

/// What was decided, in words, with what can be done about it.
#[derive(Template)]
#[template(path = "dossiers/decision.html")]
pub(super) struct PageDeDecision {
    titre: &'static str,
    classe: &'static str,
    date: String,
    textes: Vec<String>,
    commentaire: Option<String>,
    reste: String,
    actes: Vec<Bouton>,
    lettre: Lien,
}

fn en_mots(
    catalogue: &Catalogue,
    t: Textes,
    decision: &DecisionVue,
) -> (Dit, &'static str, Vec<String>) {
    match &decision.avis.nature {
        Nature::Favorable if decision.promue => (
            t.etat_favorable(),
            "message",
            vec![t.avis_promu().to_owned()],
        ),
        Nature::Favorable => (t.etat_favorable(), "message", vec![]),
        Nature::Defavorable { motif } => {
            let motif = catalogue.motifs.get(motif);
            let motif = motif.map(|m| t.avis_motif(m.libelle.dans(t.langue())));
            (t.etat_defavorable(), "alerte", motif.into_iter().collect())
        }
        Nature::ListeComplementaire { rang } => {
            let rang = decision.rang_reel.unwrap_or(*rang as usize);
            let textes = vec![t.avis_rang(rang), t.avis_liste_comp().to_owned()];
            (t.etat_liste_comp(), "attention", textes)
        }
        Nature::ListeAttente => (
            t.etat_liste_attente(),
            "attention",
            vec![t.avis_liste_attente().to_owned()],
        ),
        Nature::Preselection { convocation } => {
            let mut textes = vec![t.avis_preselection().to_owned()];
            if let Some(c) = convocation {
                textes.push(t.avis_convocation(quand(t, c.le), &c.lieu));
                textes.extend(c.consigne.clone());
            }
            (t.etat_preselection(), "attention", textes)
        }
    }
}

impl PageDeDecision {
    pub(super) fn de(
        t: Textes,
        vue: &DossierVue,
        catalogue: &Catalogue,
        maintenant: Timestamp,
    ) -> Option<Self> {
        let decision = vue.decision.as_ref()?;
        let (titre, classe, mut textes) = en_mots(catalogue, t, decision);
        let fin = vue.echeances.confirmation;
        match vue.reponse {
            None if decision.a_confirmer => {
                textes.push(match fin {
                    Some(fin) => t.a_confirmer_avant(quand(t, fin)),
                    None => t.a_confirmer().to_owned(),
                });
                textes.push(t.sans_confirmation().to_owned());
            }
            Some(Reponse::Confirmee) => textes.push(t.confirme_suite().to_owned()),
            Some(Reponse::Desistee) => textes.push(t.desiste_suite().to_owned()),
            Some(Reponse::DesisteeAuto) => textes.push(t.desiste_auto_suite().to_owned()),
            None => {}
        }
        let fin = fin.filter(|_| decision.a_confirmer);
        Some(Self {
            titre: titre.0,
            classe,
            date: t.decision_le(quand(t, decision.publiee_le)),
            textes,
            commentaire: decision.avis.commentaire.clone(),
            reste: fin.map(|fin| reste(t, fin, maintenant)).unwrap_or_default(),
            actes: actes(t, vue, decision),
            lettre: Lien::new(format!("/dossiers/{}/lettre.pdf", vue.id), &t.lettre_lire()),
        })
    }
}

impl PageDeDecision {
    /// As staff read it: without the candidate's buttons.
    pub(super) fn lue(
        t: Textes,
        vue: &DossierVue,
        catalogue: &Catalogue,
        maintenant: Timestamp,
    ) -> Option<Self> {
        let page = Self::de(t, vue, catalogue, maintenant)?;
        Some(Self {
            actes: Vec::new(),
            ..page
        })
    }
}

fn actes(t: Textes, vue: &DossierVue, decision: &DecisionVue) -> Vec<Bouton> {
    let bouton = |classe, acte: &str, texte: Dit| Bouton {
        classe,
        chemin: format!("/dossiers/{}/{acte}", vue.id),
        texte: texte.0,
    };
    let liste = matches!(
        decision.avis.nature,
        Nature::ListeComplementaire { .. } | Nature::ListeAttente
    );
    match vue.reponse {
        None if decision.a_confirmer => vec![
            bouton("pret", "confirmer", t.confirmer_candidature()),
            bouton("second", "desister", t.se_desister()),
        ],
        None if liste => vec![bouton("second", "desister", t.renoncer_liste())],
        Some(Reponse::Confirmee) => vec![bouton("second", "desister", t.se_desister())],
        None | Some(Reponse::Desistee | Reponse::DesisteeAuto) => Vec::new(),
    }
}

/// Asks before an act of the candidate: what it is, what it does, and the button that does it.
pub(super) async fn question(
    etat: &Etat,
    visiteur: &Visiteur,
    id: &str,
    (titre, texte, bouton): (Dit, Dit, Dit),
) -> Result<Response, Arret> {
    trouver(etat, visiteur, id).await?;
    let form = visiteur.formulaire(&visiteur.chemin, &bouton, vec![]);
    let retour = visiteur.t.non_dossier();
    let corps = TexteEtFormulaire {
        textes: vec![texte.to_owned()],
        form: form.retour(&format!("/dossiers/{id}"), &retour),
        suites: vec![],
    };
    Ok(visiteur.page(&titre, &corps))
}

pub(super) async fn question_confirmer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let mots = (t.confirmer_titre(), t.confirmer_effet(), t.oui_confirmer());
    question(&etat, &visiteur, &id, mots).await
}

/// T18.
pub(super) async fn confirmer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    faire(&etat, &visiteur, (&id, &saisie), Commande::Confirmer, "").await
}

pub(super) async fn question_desister(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let mots = (t.desister_titre(), t.desister_effet(), t.oui_desister());
    question(&etat, &visiteur, &id, mots).await
}

/// T19, T20.
pub(super) async fn desister(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    faire(&etat, &visiteur, (&id, &saisie), Commande::SeDesister, "").await
}

/// The letter of the decision.
pub(super) async fn lettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let moi = visiteur.moi(&etat).await?;
    Ok(api::dossiers::lettre(&etat, &vue, &moi)?)
}

#[cfg(test)]
mod tests {
    use domain::langue::Langue;
    use serde_json::{Value, json};

    use super::*;
    use crate::views::rendu;

    const LE: &str = "2027-06-20T10:00:00Z";

    /// The decision of a dossier as the actors tell it, on the page.
    fn vue(langue: Langue, decision: Value, reponse: Value) -> String {
        let mut dossier = json!({
            "id": "D1", "candidat": "C1", "formation": "M1", "etat": "complet", "cree_le": LE,
            "pieces": [], "transmissible": false, "echu": false, "decision": decision,
            "echeances": { "retour": null, "confirmation": "2027-06-30T21:59:59Z" },
            "historique": [], "version": 9, "chaine": "",
        });
        if !reponse.is_null() {
            dossier["reponse"] = reponse;
        }
        let dossier: DossierVue = serde_json::from_value(dossier).unwrap();
        let motif = json!({ "code": "NIVEAU", "libelle": { "fr": "Prérequis insuffisants", "en": "Missing prerequisites" } });
        let mut catalogue = Catalogue::default();
        let motif: domain::campagne::Motif = serde_json::from_value(motif).unwrap();
        catalogue.motifs.insert(motif.code.clone(), motif);
        let page = PageDeDecision::de(Textes(langue), &dossier, &catalogue, LE.parse().unwrap());
        rendu(&page.unwrap()).replace("&#39;", "'")
    }

    #[test]
    fn g34_un_avis_favorable_demande_une_reponse_et_dit_la_suite() {
        let offre = json!({ "avis": "favorable", "publiee_le": LE, "a_confirmer": true });
        let page = vue(Langue::Fr, offre, Value::Null);
        for attendu in [
            "/dossiers/D1/confirmer",
            "/dossiers/D1/desister",
            "avant le 30 juin 2027",
            "encore 10 jours",
            "la place est perdue",
        ] {
            assert!(page.contains(attendu), "{attendu}: {page}");
        }
        let repondue = json!({ "avis": "favorable", "publiee_le": LE });
        let page = vue(Langue::En, repondue.clone(), json!("confirmee"));
        assert!(
            page.contains("not an enrolment yet") && page.contains("early July"),
            "{page}"
        );
        assert!(!page.contains("/confirmer"), "once is enough");
        let page = vue(Langue::Fr, repondue, json!("desistee_auto"));
        assert!(
            page.contains("la place est perdue") && !page.contains("/desister"),
            "T21"
        );
    }

    #[test]
    fn g35_les_autres_avis_disent_leur_motif_leur_rang_leur_convocation() {
        let refus = json!({ "avis": "defavorable", "motif": "NIVEAU", "commentaire": "<i>", "publiee_le": LE });
        let page = vue(Langue::Fr, refus, Value::Null);
        assert!(page.contains("Motif : Prérequis insuffisants") && page.contains("&#60;i&#62;"));
        assert!(!page.contains("/desister"));
        let liste =
            json!({ "avis": "liste_complementaire", "rang": 7, "rang_reel": 3, "publiee_le": LE });
        let page = vue(Langue::Fr, liste, Value::Null);
        assert!(
            page.contains("complémentaire : 3.") && page.contains("/desister"),
            "T20: {page}"
        );
        let convocation = json!({ "le": LE, "lieu": "Bât. 2", "consigne": "Apportez vos notes." });
        let page = vue(
            Langue::En,
            json!({ "avis": "preselection", "convocation": convocation, "publiee_le": LE }),
            Value::Null,
        );
        assert!(
            page.contains("20 June 2027 at 12:00, Bât. 2") && page.contains("Apportez vos notes.")
        );
    }
}
