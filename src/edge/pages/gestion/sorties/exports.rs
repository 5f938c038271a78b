//! What leaves as files: the columns to choose, the archives under way.

use actors::protocol::{Etat as EtatDossier, FiltreDossiers};
use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::Catalogue;
use domain::dossier::Reponse;

use crate::edge::exports::{self, Avancement, Forme, Stade, VIE};
use crate::edge::pages::gestion::Poste;
use crate::edge::pages::pieces::taille;
use crate::edge::pages::saisie::Saisie;
use crate::edge::pages::visiteur::Arret;
use crate::edge::{Etat, api};
use crate::sorties::colonnes::{self, Groupe};
use crate::sorties::mots;
use crate::textes::Textes;
use crate::views::quand;

/// The choices of one filter; two forms of the page have them.
#[derive(Clone)]
struct Filtre {
    nom: &'static str,
    formations: Vec<(String, String)>,
    etats: Vec<(String, String)>,
    avis: Vec<(String, String)>,
    reponses: Vec<(String, String)>,
}

struct Colonne {
    code: String,
    titre: String,
    cochee: bool,
}

struct Colonnes {
    titre: String,
    ouvert: bool,
    colonnes: Vec<Colonne>,
}

struct Archive {
    id: String,
    titre: String,
    texte: String,
    fait: u64,
    total: u64,
    en_cours: bool,
    prete: bool,
}

#[derive(Template)]
#[template(path = "sorties/exports.html")]
struct Page {
    t: Textes,
    preuve: String,
    aide: String,
    liste: Filtre,
    archive: Filtre,
    groupes: Vec<Colonnes>,
    archives: Vec<Archive>,
}

fn filtre(t: Textes, catalogue: &Catalogue, formations: Vec<(String, String)>) -> Filtre {
    let dire = |(code, fr, en): mots::Mot| (code.to_owned(), t.langue().choisir(fr, en).to_owned());
    let etats = [
        EtatDossier::EnAttente,
        EtatDossier::Transmis,
        EtatDossier::Incomplet,
        EtatDossier::Complet,
        EtatDossier::Annule,
    ];
    let reponses = [Reponse::Confirmee, Reponse::Desistee, Reponse::DesisteeAuto];
    Filtre {
        nom: "liste",
        formations,
        etats: etats.map(|e| dire(mots::etat(e, catalogue))).to_vec(),
        avis: mots::AVIS.map(dire).to_vec(),
        reponses: reponses.map(|r| dire(mots::reponse(r))).to_vec(),
    }
}

fn groupes(t: Textes, catalogue: &Catalogue) -> Vec<Colonnes> {
    let mut groupes: Vec<(Groupe, Colonnes)> = Vec::new();
    for colonne in colonnes::toutes(catalogue) {
        let (_, fr, en) = colonne.groupe.dire();
        if groupes.last().is_none_or(|(g, _)| *g != colonne.groupe) {
            let titre = t.langue().choisir(fr, en).to_owned();
            let vide = Colonnes {
                titre,
                ouvert: false,
                colonnes: Vec::new(),
            };
            groupes.push((colonne.groupe, vide));
        }
        if let Some((_, groupe)) = groupes.last_mut() {
            groupe.ouvert |= colonne.d_office;
            groupe.colonnes.push(Colonne {
                titre: colonne.titre.dans(t.langue()).to_owned(),
                code: colonne.code,
                cochee: colonne.d_office,
            });
        }
    }
    groupes.into_iter().map(|(_, g)| g).collect()
}

fn archive(t: Textes, a: Avancement) -> Archive {
    let texte = match &a.stade {
        Stade::EnCours => t.sorties_en_cours(a.fait, a.total),
        Stade::Pret { octets, jusqu_a } => {
            t.sorties_prete(a.total, taille(*octets, t), quand(t, *jusqu_a))
        }
        Stade::Echoue => t.sorties_echouee().to_owned(),
    };
    Archive {
        id: a.id,
        titre: t.sorties_du(quand(t, a.cree_le)),
        texte,
        fait: a.fait,
        total: a.total.max(1),
        en_cours: a.stade == Stade::EnCours,
        prete: matches!(a.stade, Stade::Pret { .. }),
    }
}

pub(super) async fn page(State(etat): State<Etat>, poste: Poste) -> Result<Response, Arret> {
    let (t, catalogue) = (poste.t(), etat.catalogue());
    let session = poste.visiteur.session()?;
    let chiffres = api::statistiques::compter(&etat, session, FiltreDossiers::default()).await?;
    let formations = chiffres.par_formation.iter().map(|f| {
        let connue = catalogue.formations.get(&f.formation);
        let libelle = connue.map_or(f.formation.as_str(), |c| c.libelle.dans(t.langue()));
        (
            f.formation.to_string(),
            format!("{libelle} ({})", f.dossiers),
        )
    });
    let liste = filtre(t, &catalogue, formations.collect());
    let qui = &poste.agent.personnel.id;
    let miennes = etat.outils.travaux.de(qui, etat.maintenant());
    let corps = Page {
        t,
        preuve: poste.visiteur.preuve().to_owned(),
        aide: t.sorties_archive_aide(VIE.as_hours()),
        archive: Filtre {
            nom: "archive",
            ..liste.clone()
        },
        liste,
        groupes: groupes(t, &catalogue),
        archives: miennes.into_iter().map(|a| archive(t, a)).collect(),
    };
    Ok(poste.page(&t.sorties_titre(), &corps))
}

pub(super) async fn csv(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    poste: Poste,
) -> Result<Response, Arret> {
    let session = poste.visiteur.session()?;
    Ok(exports::servir(&etat, session, Forme::Csv, requete.as_deref()).await?)
}

pub(super) async fn xlsx(
    State(etat): State<Etat>,
    RawQuery(requete): RawQuery,
    poste: Poste,
) -> Result<Response, Arret> {
    let session = poste.visiteur.session()?;
    Ok(exports::servir(&etat, session, Forme::Xlsx, requete.as_deref()).await?)
}

pub(super) async fn archiver(
    State(etat): State<Etat>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let requete = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&saisie.0)
        .finish();
    let commencee = exports::archiver(&etat, poste.visiteur.session()?, &requete).await;
    commencee.map_err(|p| Arret::vers(p, "/gestion/exports"))?;
    Ok(Redirect::to("/gestion/exports#archives").into_response())
}

pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let fichier = exports::rendre(&etat, &poste.agent.personnel.id, &id);
    fichier.map_err(|p| Arret::vers(p, "/gestion/exports"))
}

pub(super) async fn retirer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    poste.visiteur.verifier(saisie.brut("preuve").as_deref())?;
    // Gone already is as gone as wanted.
    let qui = &poste.agent.personnel.id;
    etat.outils.travaux.oter(qui, &id, etat.maintenant());
    Ok(Redirect::to("/gestion/exports#archives").into_response())
}

pub(super) async fn lettre(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let entier = exports::lire_entier(&etat, poste.visiteur.session()?, &id).await?;
    Ok(api::dossiers::lettre(
        &etat,
        &entier.dossier,
        &entier.candidat,
    )?)
}

/// The dossier with every piece, in the language of the page.
pub(super) async fn imprimer(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
) -> Result<Response, Arret> {
    let session = poste.visiteur.session()?;
    Ok(exports::imprimer(&etat, session, &id, poste.t().langue()).await?)
}
