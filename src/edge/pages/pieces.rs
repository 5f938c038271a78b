//! The pieces of a dossier: files in and out, « non concerné » (G24–G28).

use actors::protocol::{PieceVue, StatutPiece};
use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use domain::campagne::PieceDef;
use domain::dossier::{Commande, Depot};
use domain::ids::PieceCode;
use domain::refus::CodeRefus;
use serde::Deserialize;

use super::dossiers::{Marque, faire, trouver};
use super::saisie::Saisie;
use super::visiteur::{Arret, Visiteur};
use crate::edge::Etat;
use crate::edge::api::pieces as api;
use crate::textes::Textes;
use crate::views::quand;

struct Fichier {
    nom: String,
    taille: String,
    date: String,
}

/// One piece on the page of its dossier.
#[derive(Template)]
#[template(path = "dossiers/piece.html")]
pub(super) struct PageDePiece {
    t: Textes,
    code: String,
    base: String,
    preuve: String,
    cle: String,
    libelle: String,
    aide: String,
    statut: Marque,
    modele: bool,
    commune: bool,
    conditionnelle: bool,
    /// Whether the candidate can change it now.
    ouverte: bool,
    non_concerne: bool,
    fichier: Option<Fichier>,
    certifie: String,
    /// What the manager wrote (G24).
    commentaire: String,
    /// Whether the file kept for all dossiers can be used (T10).
    tiroir: bool,
}

/// A size as people read it.
pub(super) fn taille(octets: u64, t: Textes) -> String {
    let (ko, mo) = (
        t.langue().choisir("ko", "kB"),
        t.langue().choisir("Mo", "MB"),
    );
    if octets < 1_000_000 {
        return format!("{} {ko}", octets.div_ceil(1000));
    }
    let dixiemes = octets.div_ceil(100_000);
    let virgule = t.langue().choisir(",", ".");
    format!("{}{virgule}{} {mo}", dixiemes / 10, dixiemes % 10)
}

impl PageDePiece {
    pub(super) fn new(
        visiteur: &Visiteur,
        dossier: &str,
        vue: &PieceVue,
        def: Option<&PieceDef>,
    ) -> Self {
        let t = visiteur.t;
        let (statut, classe) = match vue.statut {
            StatutPiece::Attendue => (t.piece_attendue(), "a-faire"),
            StatutPiece::Deposee => (t.piece_deposee(), "fait"),
            StatutPiece::EnAnalyse => (t.piece_en_analyse(), "a-faire"),
            StatutPiece::NonConcerne => (t.piece_non_concerne(), "fait"),
            StatutPiece::Validee => (t.piece_validee(), "fait"),
            StatutPiece::Refusee => (t.piece_refusee(), "refus"),
        };
        let (mut fichier, mut certifie) = (None, String::new());
        match &vue.depot {
            Some(Depot::Deposee { fichier: f }) => {
                fichier = Some(Fichier {
                    nom: f.nom.clone(),
                    taille: taille(f.taille, t),
                    date: t.piece_depose_le(quand(t, f.depose_le)),
                });
            }
            Some(Depot::NonConcerne { certifie_le, .. }) => {
                certifie = t.piece_certifie_le(quand(t, *certifie_le));
            }
            None => {}
        }
        let texte = |choisi: fn(&PieceDef) -> &domain::campagne::Texte| {
            def.map(|d| choisi(d).dans(t.langue()).to_owned())
        };
        Self {
            t,
            code: vue.code.to_string(),
            base: format!("/dossiers/{dossier}/pieces/{}", vue.code),
            preuve: visiteur.preuve().to_owned(),
            cle: Visiteur::cle(),
            libelle: texte(|d| &d.libelle).unwrap_or_else(|| vue.code.to_string()),
            aide: texte(|d| &d.aide).unwrap_or_default(),
            statut: Marque {
                texte: statut.0,
                classe,
            },
            modele: def.is_some_and(|d| d.modele.is_some()),
            commune: def.is_some_and(|d| d.commune),
            conditionnelle: def.is_some_and(|d| d.conditionnelle),
            ouverte: vue.modifiable,
            commentaire: vue.commentaire.clone().unwrap_or_default(),
            tiroir: vue.modifiable
                && vue.statut == StatutPiece::Refusee
                && def.is_some_and(|d| d.commune),
            non_concerne: !certifie.is_empty(),
            fichier,
            certifie,
        }
    }
}

pub(super) async fn agir(
    State(etat): State<Etat>,
    Path((id, code, acte)): Path<(String, String, String)>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let ancre = format!("#piece-{code}");
    let piece = PieceCode::new(code);
    let commande = match acte.as_str() {
        "retirer" => Commande::Retirer { piece },
        "tiroir" => Commande::Puiser { piece },
        "revenir" => Commande::RevenirConcerne { piece },
        "non-concerne" => Commande::DeclarerNonConcerne {
            piece,
            certifie: saisie.brut("certifie").is_some(),
        },
        _ => return Err(CodeRefus::Introuvable.into()),
    };
    faire(&etat, &visiteur, (&id, &saisie), commande, &ancre).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Preuve {
    preuve: String,
}

pub(super) async fn deposer(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(Preuve { preuve }): Query<Preuve>,
    visiteur: Visiteur,
    requete: Request,
) -> Result<Response, Arret> {
    // Before a byte of the file is read.
    trouver(&etat, &visiteur, &id).await?;
    visiteur.verifier(Some(&preuve))?;
    let retour = format!("/dossiers/{id}#piece-{code}");
    let fichier = api::recevoir_fichier(&etat, (&id, &code), requete).await;
    let fichier = fichier.map_err(|refus| Arret::vers(refus, &retour))?;
    let ancre = format!("#piece-{code}");
    let piece = PieceCode::new(code);
    let commande = Commande::Deposer { piece, fichier };
    faire(
        &etat,
        &visiteur,
        (&id, &Saisie::default()),
        commande,
        &ancre,
    )
    .await
}

pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<api::Voulu>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    Ok(api::rendre(&etat, &vue, &code, &voulu).await?)
}
