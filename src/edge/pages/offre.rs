//! The offer, and applying (G20–G23). What cannot be chosen says why (P06).

use actors::protocol::{Acte, DossierVue, Etat as EtatDossier, Faute, Moi, Reponse};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::{Catalogue, Formation};
use domain::ids::FormationCode;
use domain::refus::CodeRefus;
use jiff::Timestamp;
use serde::Deserialize;

use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::{Etat, vues};
use crate::textes::Textes;
use crate::views::{Formulaire, quand};

/// What a candidate can do about a formation.
enum Suite {
    Candidater,
    Dossier(String),
    Rien,
}

struct Ligne {
    code: String,
    libelle: String,
    dates: String,
    mots: String,
    raison: String,
    suite: Suite,
}

struct Niveau {
    titre: String,
    deplie: bool,
    formations: Vec<Ligne>,
}

struct Groupe {
    titre: String,
    niveaux: Vec<Niveau>,
}

#[derive(Template)]
#[template(path = "offre.html")]
struct Offre {
    t: Textes,
    accueil: bool,
    chapeau: String,
    filtre: String,
    groupes: Vec<Groupe>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Filtre {
    filtre: String,
}

/// Who looks at the offer, with what decides whether they may apply.
struct Regard<'a> {
    t: Textes,
    catalogue: &'a Catalogue,
    maintenant: Timestamp,
    qui: Option<(&'a Moi, &'a [DossierVue])>,
}

impl Regard<'_> {
    fn dates(&self, f: &Formation) -> String {
        let t = self.t;
        if self.maintenant < f.candidature_debut {
            t.ouvre_le(quand(t, f.candidature_debut))
        } else if self.maintenant > f.candidature_fin {
            t.fermee_depuis(quand(t, f.candidature_fin))
        } else {
            t.ouverte_jusqu_au(quand(t, f.candidature_fin))
        }
    }

    /// What can be done, or why nothing can.
    fn suite(&self, f: &Formation) -> (Suite, String) {
        let t = self.t;
        let dossiers = self.qui.map(|(_, dossiers)| dossiers).unwrap_or_default();
        let vivant = |d: &&DossierVue| d.formation == f.code && d.etat != EtatDossier::Annule;
        if let Some(dossier) = dossiers.iter().find(vivant) {
            let chemin = format!("/dossiers/{}", dossier.id);
            return (Suite::Dossier(chemin), t.deja_dossier().to_owned());
        }
        if !f.ouverte(self.maintenant) {
            return (Suite::Rien, String::new());
        }
        let Some((moi, _)) = self.qui else {
            return (Suite::Candidater, String::new());
        };
        if !moi.profil.manque().is_empty() {
            return (Suite::Rien, t.profil_d_abord().to_owned());
        }
        match self.limite(moi, f) {
            Some(raison) => (Suite::Rien, raison),
            None => (Suite::Candidater, String::new()),
        }
    }

    fn limite(&self, moi: &Moi, f: &Formation) -> Option<String> {
        let vivants = &moi.dossiers_vivants;
        let atteinte = |max: u32, n: usize| n >= max as usize;
        let max = self.catalogue.campagne.as_ref()?.max_dossiers;
        if atteinte(max, vivants.len()) {
            return Some(self.t.limite_campagne(max));
        }
        let du_centre = |code: &&FormationCode| {
            let formation = self.catalogue.formations.get(*code);
            formation.is_some_and(|autre| autre.centre == f.centre)
        };
        let max = self.catalogue.centres.get(&f.centre)?.max_dossiers?;
        atteinte(max, vivants.iter().filter(du_centre).count()).then(|| self.t.limite_centre(max))
    }

    fn ligne(&self, f: &Formation) -> Ligne {
        let (suite, raison) = self.suite(f);
        Ligne {
            code: f.code.to_string(),
            libelle: f.libelle.dans(self.t.langue()).to_owned(),
            dates: self.dates(f),
            mots: f.mots_cles.join(" "),
            raison,
            suite,
        }
    }

    fn groupes(&self, filtre: &str) -> Vec<Groupe> {
        let groupes = vues::offre(self.catalogue, filtre).into_iter();
        let groupe =
            |(code, niveaux): (&str, std::collections::BTreeMap<&str, Vec<&Formation>>)| {
                let composante = self.catalogue.composantes.get(code);
                let titre = composante.map(|c| c.libelle.dans(self.t.langue()));
                let niveaux = niveaux.into_iter().map(|(niveau, formations)| Niveau {
                    titre: niveau.to_owned(),
                    deplie: !filtre.is_empty(),
                    formations: formations.into_iter().map(|f| self.ligne(f)).collect(),
                });
                Groupe {
                    titre: titre.unwrap_or(code).to_owned(),
                    niveaux: niveaux.collect(),
                }
            };
        groupes.map(groupe).collect()
    }
}

async fn dossiers(etat: &Etat, visiteur: &Visiteur) -> Result<Vec<DossierVue>, Arret> {
    let Reponse::Dossiers { dossiers } = visiteur.lire(etat, Acte::Dossiers).await? else {
        return Err(Arret::inattendu());
    };
    Ok(dossiers)
}

pub(super) async fn offre(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(Filtre { filtre }): Query<Filtre>,
) -> Result<Response, Arret> {
    let (catalogue, t) = (etat.catalogue(), visiteur.t);
    // The offer is for everybody: a session that is over is no reason to hide it.
    let (visiteur, qui) = match visiteur.moi(&etat).await {
        Ok(moi) => (
            visiteur.clone(),
            Some((moi, dossiers(&etat, &visiteur).await?)),
        ),
        Err(_) => (visiteur.sans_session(), None),
    };
    let regard = Regard {
        t,
        catalogue: &catalogue,
        maintenant: etat.maintenant(),
        qui: qui
            .as_ref()
            .map(|(moi, dossiers)| (moi.as_ref(), dossiers.as_slice())),
    };
    let accueil = etat.maison.accueil.as_ref().map(|a| a.dans(t.langue()));
    let corps = Offre {
        t,
        accueil: qui.is_none() && filtre.is_empty(),
        chapeau: accueil.unwrap_or(&t.accroche()).to_owned(),
        groupes: regard.groupes(&filtre),
        filtre,
    };
    Ok(match &qui {
        Some((moi, _)) => visiteur.page_de(moi, &t.offre_titre(), &corps),
        None => visiteur.page(&t.offre_titre(), &corps),
    })
}

#[derive(Template)]
#[template(path = "candidater.html")]
struct Question {
    t: Textes,
    retour: String,
    pieces: Vec<(String, bool)>,
    form: Formulaire,
}

/// G21: choosing a formation asks for confirmation.
pub(super) async fn candidater(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let moi = visiteur.moi(&etat).await?;
    let t = visiteur.t;
    let catalogue = etat.catalogue();
    let formation = catalogue.formations.get(code.as_str());
    let formation = formation.ok_or(CodeRefus::Introuvable)?;
    if !moi.profil.manque().is_empty() {
        return Err(CodeRefus::ProfilIncomplet.into());
    }
    let pieces = catalogue.pieces_de(formation);
    let form = visiteur.formulaire(&visiteur.chemin, &t.oui_ouvrir(), vec![]);
    let corps = Question {
        t,
        retour: t.candidater_retour(quand(t, formation.retour)),
        pieces: pieces
            .map(|p| (p.libelle.dans(t.langue()).to_owned(), p.conditionnelle))
            .collect(),
        form: form.retour("/", &t.non_formations()),
    };
    let libelle = formation.libelle.dans(t.langue());
    Ok(visiteur.page_de(&moi, &t.candidater_titre(libelle), &corps))
}

pub(super) async fn ouvrir(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let acte = Acte::OuvrirDossier {
        formation: FormationCode::new(code),
    };
    match visiteur.agir(&etat, &saisie, acte).await {
        Ok(Reponse::Dossier(vue)) => {
            Ok(Redirect::to(&format!("/dossiers/{}", vue.id)).into_response())
        }
        Ok(_) => Err(Arret::inattendu()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => Err(Arret::vers(faute, "/")),
    }
}
