//! Who changed what in the campaign, and when.

use actors::protocol::LigneCampagne;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::*;
use crate::campagne::{ecarts, forme};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Voulu {
    avant: Option<u64>,
}

struct Ligne {
    quoi: String,
    quand: String,
    qui: String,
    effet: &'static str,
    classe: &'static str,
    champs: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "campagne/historique.html")]
struct Historique {
    t: Textes,
    lignes: Vec<Ligne>,
    suite: String,
}

pub(super) async fn montrer(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let avant = voulu.avant;
    let acte = ActeGestion::Campagne(ActeCampagne::Historique { avant });
    let Reponse::HistoriqueCampagne { lignes, suite } = gerer(&etat, &visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    let t = visiteur.t;
    let catalogue = etat.catalogue();
    let ligne = |l: &LigneCampagne| {
        let (effet, classe) = sort_dit(t, l.effet);
        let genre = genre_de(&l.cle);
        let avant = l.avant.as_deref().map(forme).unwrap_or_default();
        let dire = |(champ, avant, apres): (String, serde_json::Value, serde_json::Value)| {
            let mot = |v| champs::dire(t, &catalogue, genre, &champ, v);
            (champs::libelle(t, genre, &champ), mot(&avant), mot(&apres))
        };
        // What is new shows itself on its own page.
        let ecarts = if l.effet == Sort::Change {
            ecarts(&avant, &forme(&l.apres))
        } else {
            vec![]
        };
        Ligne {
            quoi: format!("{} {}", l.cle.nom(t.langue()), l.cle.code()),
            quand: quand(t, l.le),
            qui: match &l.nom {
                Some(nom) => t.historique_par(nom),
                None => t.historique_operateur().to_owned(),
            },
            effet,
            classe,
            champs: ecarts.into_iter().map(dire).collect(),
        }
    };
    let corps = Historique {
        t,
        lignes: lignes.iter().map(ligne).collect(),
        suite: suite
            .map(|avant| format!("/gestion/campagne/historique?avant={avant}"))
            .unwrap_or_default(),
    };
    Ok(visiteur.page(&t.campagne_historique(), &corps))
}

const fn genre_de(cle: &Cle) -> Genre {
    match cle {
        Cle::Campagne(_) => Genre::Campagne,
        Cle::Centre(_) => Genre::Centres,
        Cle::Composante(_) => Genre::Composantes,
        Cle::Piece(_) => Genre::Pieces,
        Cle::Commission(_) => Genre::Commissions,
        Cle::Motif(_) => Genre::Motifs,
        Cle::Formation(_) => Genre::Formations,
        Cle::Mail(_) => Genre::Mails,
    }
}
