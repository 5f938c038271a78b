//! Who looked at what, and did what (Q17).

use actors::protocol::{LigneAudit, SujetAudit};
use axum::extract::Query;
use domain::ids::{DossierId, PersonnelId};
use serde::Deserialize;

use super::super::cadrage::percent;
use super::*;
use crate::views::quand;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Voulu {
    dossier: String,
    personnel: String,
    quoi: String,
    curseur: Option<String>,
}

struct Ligne {
    quand: String,
    qui: String,
    quoi: String,
    dossier: String,
    detail: String,
}

struct Choix {
    code: String,
    texte: String,
    choisi: bool,
}

#[derive(Template)]
#[template(path = "personnel/audit.html")]
struct Audit {
    t: Textes,
    personnes: Vec<Choix>,
    actes: Vec<Choix>,
    dossier: String,
    lignes: Vec<Ligne>,
    suite: String,
}

pub(super) async fn montrer(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let dossier = voulu.dossier.trim();
    let sujet = match (dossier, voulu.personnel.as_str()) {
        ("", "") => SujetAudit::Tout,
        ("", qui) => SujetAudit::Personnel(PersonnelId::new(qui)),
        (dossier, _) => SujetAudit::Dossier(DossierId::new(dossier)),
    };
    let acte = ActeGestion::Audit {
        sujet,
        curseur: voulu.curseur.clone(),
    };
    let Reponse::Audit { lignes, curseur } = gerer(&etat, &visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    let personnes = tous(&etat, &visiteur).await?;
    let nommer = |id: &PersonnelId| {
        let trouvee = personnes.iter().find(|p| p.id == *id);
        trouvee.map_or_else(|| id.to_string(), nom)
    };
    // Of a dossier's own trail, one person's lines; the others' are left out here.
    let voulue = |l: &&LigneAudit| {
        (voulu.quoi.is_empty() || l.quoi == voulu.quoi)
            && (voulu.personnel.is_empty() || l.personnel.as_str() == voulu.personnel)
    };
    let catalogue = etat.catalogue();
    let ligne = |l: &LigneAudit| Ligne {
        quand: quand(t, l.le),
        qui: nommer(&l.personnel),
        quoi: mots::acte(t, &l.quoi),
        dossier: l
            .dossier
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        detail: mots::detail(t, &catalogue, &personnes, l),
    };
    let actes = actes(t, &lignes, &voulu.quoi);
    let suite = curseur.map(|curseur| {
        format!(
            "/gestion/audit?dossier={}&personnel={}&quoi={}&curseur={}",
            percent(dossier),
            percent(&voulu.personnel),
            percent(&voulu.quoi),
            percent(&curseur)
        )
    });
    let corps = Audit {
        t,
        personnes: personnes
            .iter()
            .map(|p| Choix {
                code: p.id.to_string(),
                texte: nom(p),
                choisi: p.id.as_str() == voulu.personnel,
            })
            .collect(),
        actes,
        dossier: dossier.to_owned(),
        lignes: lignes.iter().filter(voulue).map(ligne).collect(),
        suite: suite.unwrap_or_default(),
    };
    Ok(visiteur.page(&t.audit_titre(), &corps))
}

/// The acts of these lines, and the one asked for.
fn actes(t: Textes, lignes: &[LigneAudit], voulu: &str) -> Vec<Choix> {
    let mut codes: Vec<&str> = lignes.iter().map(|l| l.quoi.as_str()).collect();
    codes.extend(Some(voulu).filter(|q| !q.is_empty()));
    codes.sort_unstable();
    codes.dedup();
    let choix = |code: &&str| Choix {
        code: (*code).to_owned(),
        texte: mots::acte(t, code),
        choisi: *code == voulu,
    };
    let mut choix: Vec<Choix> = codes.iter().map(choix).collect();
    choix.sort_by(|a, b| a.texte.cmp(&b.texte));
    choix
}
