//! The pages of staff: invitation, second factor, list, dossier.

use actors::protocol::{
    ActeGestion, AgentVue, EtapeSession, Etat as EtatDossier, Faute, FiltreDossiers, LigneDossier,
    Reponse, Requete, StatutPiece,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::{Catalogue, EtatTransmis};
use domain::formulaires::NouveauMotDePasse;
use domain::ids::{DossierId, FormationCode, PieceCode};
use serde::Deserialize;

use super::compte::{TexteEtFormulaire, refuser};
use super::saisie::Saisie;
use super::visiteur::{Arret, COOKIE_SESSION, Visiteur, cookie};
use crate::edge::{Etat, api};
use crate::textes::Textes;
use crate::views::{Champ, Formulaire, Lien, Message, quand};

struct Choix {
    code: String,
    texte: String,
    combien: u64,
    choisi: bool,
}

struct Ligne {
    id: String,
    nom: String,
    numero: String,
    formation: String,
    transmis: String,
    etat: String,
    classe: &'static str,
}

#[derive(Template)]
#[template(path = "gestion/liste.html")]
struct Liste {
    t: Textes,
    q: String,
    etats: Vec<Choix>,
    formations: Vec<Choix>,
    total: String,
    lignes: Vec<Ligne>,
    suite: String,
}

struct Piece {
    libelle: String,
    statut: String,
    classe: &'static str,
    commentaire: String,
    lien: String,
}

#[derive(Template)]
#[template(path = "gestion/dossier.html")]
struct Dossier {
    t: Textes,
    etat: String,
    classe: &'static str,
    formation: String,
    numero: String,
    mail: String,
    transmis: String,
    pieces: Vec<Piece>,
}

#[derive(Template)]
#[template(path = "gestion/codes.html")]
struct Codes {
    t: Textes,
    codes: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Voulus {
    q: String,
    etat: String,
    formation: String,
    curseur: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    jeton: String,
}

async fn gerer(etat: &Etat, visiteur: &Visiteur, acte: ActeGestion) -> Result<Reponse, Arret> {
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    Ok(etat.guichet.traiter(None, requete).await?)
}

async fn agent(etat: &Etat, visiteur: &Visiteur) -> Result<Box<AgentVue>, Arret> {
    let Reponse::Agent(agent) = gerer(etat, visiteur, ActeGestion::Moi).await? else {
        return Err(Arret::inattendu());
    };
    Ok(agent)
}

const ETATS: [(EtatDossier, &str); 5] = [
    (EtatDossier::EnAttente, "en_attente"),
    (EtatDossier::Transmis, "transmis"),
    (EtatDossier::Incomplet, "incomplet"),
    (EtatDossier::Complet, "complet"),
    (EtatDossier::Annule, "annule"),
];

fn etat_dit(t: Textes, etat: EtatDossier, catalogue: &Catalogue) -> (String, &'static str) {
    let transmis = catalogue.campagne.as_ref().map(|c| c.etat_transmis);
    let (dit, classe) = match (etat, transmis.unwrap_or_default()) {
        (EtatDossier::EnAttente, _) => (t.etat_en_attente(), ""),
        (EtatDossier::Transmis, EtatTransmis::Receptionne) => (t.etat_receptionne(), "a-faire"),
        (EtatDossier::Transmis, EtatTransmis::Transmis) => (t.etat_transmis(), "a-faire"),
        (EtatDossier::Incomplet, _) => (t.etat_incomplet(), "refus"),
        (EtatDossier::Complet, _) => (t.etat_complet(), "fait"),
        (EtatDossier::Annule, _) => (t.etat_annule(), "ferme"),
    };
    (dit.to_owned(), classe)
}

fn libelle(t: Textes, catalogue: &Catalogue, code: &FormationCode) -> String {
    let formation = catalogue.formations.get(code);
    formation.map_or(code.to_string(), |f| f.libelle.dans(t.langue()).to_owned())
}

fn ligne(t: Textes, catalogue: &Catalogue, l: &LigneDossier) -> Ligne {
    let (etat, classe) = etat_dit(t, l.etat, catalogue);
    Ligne {
        id: l.id.to_string(),
        nom: format!("{} {}", l.nom, l.prenom),
        numero: l.numero.to_string(),
        formation: libelle(t, catalogue, &l.formation),
        transmis: l.transmis_le.map(|le| quand(t, le)).unwrap_or_default(),
        etat,
        classe,
    }
}

/// The list; a log-in that still lacks its second factor goes there first.
pub(super) async fn lister(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(voulus): Query<Voulus>,
) -> Result<Response, Arret> {
    if agent(&etat, &visiteur).await?.etape != EtapeSession::Complete {
        return Ok(Redirect::to("/gestion/second-facteur").into_response());
    }
    let voulu = ETATS.iter().find(|(_, code)| *code == voulus.etat);
    let filtre = FiltreDossiers {
        etat: voulu.map(|(etat, _)| *etat),
        formation: Some(voulus.formation.as_str())
            .filter(|f| !f.is_empty())
            .map(FormationCode::from),
        q: Some(voulus.q.clone()),
        curseur: voulus.curseur.clone(),
        ..FiltreDossiers::default()
    };
    let acte = ActeGestion::Dossiers(Box::new(filtre));
    let Reponse::ListeDossiers(page) = gerer(&etat, &visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let etats = ETATS.iter().map(|(e, code)| Choix {
        code: (*code).to_owned(),
        texte: etat_dit(t, *e, &catalogue).0,
        combien: page.comptes.etats.get(e).copied().unwrap_or_default(),
        choisi: *code == voulus.etat,
    });
    let formations = page.comptes.formations.keys().map(|code| Choix {
        code: code.to_string(),
        texte: libelle(t, &catalogue, code),
        combien: 0,
        choisi: code.as_str() == voulus.formation,
    });
    let suite = page.curseur.as_ref().map(|curseur| {
        let q = super::cadrage::percent(&voulus.q);
        let formation = super::cadrage::percent(&voulus.formation);
        format!(
            "/gestion?q={q}&etat={}&formation={formation}&curseur={curseur}",
            voulus.etat
        )
    });
    let corps = Liste {
        t,
        q: voulus.q,
        etats: etats.collect(),
        formations: formations.collect(),
        total: t.gestion_total(page.total),
        lignes: page
            .dossiers
            .iter()
            .map(|l| ligne(t, &catalogue, l))
            .collect(),
        suite: suite.unwrap_or_default(),
    };
    Ok(visiteur.page(&t.gestion_dossiers(), &corps))
}

/// One dossier with its pieces.
pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Dossier {
        id: DossierId::new(id),
    };
    let Reponse::DossierGestion(vue) = gerer(&etat, &visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    let (t, catalogue, dossier) = (visiteur.t, etat.catalogue(), &vue.dossier);
    let pieces = dossier.pieces.iter().map(|p| {
        let (statut, classe) = match p.statut {
            StatutPiece::Attendue => (t.piece_attendue(), ""),
            StatutPiece::Deposee => (t.piece_deposee(), "a-faire"),
            StatutPiece::EnAnalyse => (t.piece_en_analyse(), ""),
            StatutPiece::NonConcerne => (t.piece_non_concerne(), "a-faire"),
            StatutPiece::Validee => (t.piece_validee(), "fait"),
            StatutPiece::Refusee => (t.piece_refusee(), "refus"),
        };
        let def = catalogue.pieces.get(&p.code);
        let fichier = matches!(&p.depot, Some(domain::dossier::Depot::Deposee { .. }));
        Piece {
            libelle: def.map_or(p.code.to_string(), |d| {
                d.libelle.dans(t.langue()).to_owned()
            }),
            statut: statut.to_owned(),
            classe,
            commentaire: p.commentaire.clone().unwrap_or_default(),
            lien: if fichier {
                format!("/gestion/dossiers/{}/pieces/{}", dossier.id, p.code)
            } else {
                String::new()
            },
        }
    });
    let (dit, classe) = etat_dit(t, dossier.etat, &catalogue);
    let corps = Dossier {
        t,
        etat: dit,
        classe,
        formation: libelle(t, &catalogue, &dossier.formation),
        numero: vue.candidat.numero.to_string(),
        mail: vue.candidat.mail.clone(),
        transmis: dossier
            .transmis_le
            .map(|le| quand(t, le))
            .unwrap_or_default(),
        pieces: pieces.collect(),
    };
    let titre = format!("{} {}", vue.candidat.nom, vue.candidat.prenom);
    Ok(visiteur.page(&titre, &corps))
}

/// A file; the look is in the trail.
pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<api::pieces::Voulu>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Piece {
        id: DossierId::new(id),
        piece: PieceCode::new(code.clone()),
    };
    let Reponse::Dossier(vue) = gerer(&etat, &visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(api::pieces::rendre(&etat, &vue, &code, &voulu).await?)
}

fn form_code(visiteur: &Visiteur, bouton: &str) -> Formulaire {
    let t = visiteur.t;
    let champ = Champ::ligne(t, "code", &t.second_code(), "text").remplissage("one-time-code");
    visiteur.formulaire("/gestion/second-facteur", bouton, vec![champ])
}

fn page_second(visiteur: &Visiteur, textes: Vec<String>, form: Formulaire) -> Response {
    let corps = TexteEtFormulaire {
        textes,
        form,
        suites: vec![],
    };
    visiteur.page(&visiteur.t.second_titre(), &corps)
}

/// The code is asked for, or a second factor is set up.
pub(super) async fn second(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let agent = agent(&etat, &visiteur).await?;
    if agent.etape == EtapeSession::SecondFacteur {
        let form = form_code(&visiteur, &t.second_prouver());
        return Ok(page_second(
            &visiteur,
            vec![t.second_aide().to_owned()],
            form,
        ));
    }
    let Reponse::Second(second) = gerer(&etat, &visiteur, ActeGestion::CommencerSecond).await?
    else {
        return Err(Arret::inattendu());
    };
    let form = form_code(&visiteur, &t.second_en_service())
        .cache("nonce", second.nonce)
        .cache("secret", second.secret.clone());
    let textes = vec![t.second_enroler().to_owned(), t.second_cle(second.secret)];
    Ok(page_second(&visiteur, textes, form))
}

pub(super) async fn prouver(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let t = visiteur.t;
    let code = saisie.brut("code").unwrap_or_default();
    let (acte, textes, form) = match saisie.texte("nonce") {
        Some(nonce) => {
            let secret = saisie.brut("secret").unwrap_or_default();
            let form = form_code(&visiteur, &t.second_en_service())
                .cache("nonce", nonce.clone())
                .cache("secret", secret.clone());
            let textes = vec![t.second_enroler().to_owned(), t.second_cle(secret)];
            (ActeGestion::ConfirmerSecond { nonce, code }, textes, form)
        }
        None => {
            let form = form_code(&visiteur, &t.second_prouver());
            let textes = vec![t.second_aide().to_owned()];
            (ActeGestion::ProuverSecond { code }, textes, form)
        }
    };
    let session = visiteur.session()?.to_owned();
    let requete = Requete::Gestion { session, acte };
    match etat.guichet.traiter(None, requete).await {
        Ok(Reponse::Recours { codes }) => Ok(visiteur.page(&t.second_titre(), &Codes { t, codes })),
        Ok(reponse) => {
            let ouverte = reponse.session().ok_or_else(Arret::inattendu)?;
            let mut reponse = Redirect::to("/gestion").into_response();
            if let Ok(valeur) = HeaderValue::from_str(&cookie(COOKIE_SESSION, &ouverte.jeton)) {
                reponse.headers_mut().append(header::SET_COOKIE, valeur);
            }
            Ok(reponse)
        }
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => Ok(page_second(&visiteur, textes, refuser(t, form, &faute))),
    }
}

fn form_invitation(visiteur: &Visiteur, jeton: &str) -> Formulaire {
    let t = visiteur.t;
    let champs = vec![
        Champ::ligne(t, "mot_de_passe", &t.mot_de_passe(), "password").remplissage("new-password"),
        Champ::ligne(
            t,
            "mot_de_passe_confirmation",
            &t.mot_de_passe_encore(),
            "password",
        )
        .remplissage("new-password"),
    ];
    Formulaire::new(t, "/gestion/invitation", &t.invitation_titre(), champs).cache("jeton", jeton)
}

fn page_invitation(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.invitation_aide().to_owned()],
        form,
        suites: vec![],
    };
    visiteur.page(&t.invitation_titre(), &corps)
}

pub(super) async fn invitation(visiteur: Visiteur, Query(lu): Query<Lu>) -> Response {
    let form = form_invitation(&visiteur, &lu.jeton);
    page_invitation(&visiteur, form)
}

pub(super) async fn accepter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Response {
    let form = NouveauMotDePasse {
        jeton: saisie.brut("jeton"),
        mot_de_passe: saisie.brut("mot_de_passe"),
        mot_de_passe_confirmation: saisie.brut("mot_de_passe_confirmation"),
    };
    let fait = match form.lire() {
        Err(refus) => Err(refus.into()),
        Ok((jeton, mot_de_passe)) => {
            let requete = Requete::AccepterInvitation {
                jeton,
                mot_de_passe,
            };
            etat.guichet.traiter(None, requete).await
        }
    };
    let t = visiteur.t;
    match fait {
        Ok(_) => {
            let corps = Message {
                texte: t.invitation_faite().to_owned(),
                suites: vec![Lien::new("/connexion", &t.se_connecter())],
            };
            visiteur.page(&t.invitation_titre(), &corps)
        }
        Err(faute) => {
            let jeton = saisie.brut("jeton").unwrap_or_default();
            let form = refuser(t, form_invitation(&visiteur, &jeton), &faute);
            page_invitation(&visiteur, form)
        }
    }
}
