//! The campaign by API (`/api/v1/gestion/campagne` and its definitions): read, changed, imported, exported.

use actors::protocol::{ActeCampagne, ActeGestion, Reponse};
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use domain::campagne::{Cle, Evenement, Texte};
use domain::fichier::TypeFichier;
use domain::refus::{FauteChamp, Refus};
use serde::Deserialize;
use serde_json::{Value, json};

use super::corps::{Corps, Demandeur};
use super::reception::recevoir;
use crate::campagne::{self, Genre, Lu, ecarts, forme};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Bytes of a campaign file.
pub(super) const MAX_FICHIER: usize = 2 * 1024 * 1024;
/// Years a campaign may be copied ahead.
const MAX_ANNEES: i16 = 10;

/// The kind of definition an address is about.
pub(super) struct Dans(Genre);

impl FromRequestParts<Etat> for Dans {
    type Rejection = Probleme;

    /// The part of the address after `gestion`.
    async fn from_request_parts(parts: &mut Parts, _: &Etat) -> Result<Self, Probleme> {
        let mut parties = parts.uri.path().split('/').skip_while(|p| *p != "gestion");
        let apres = parties.nth(1);
        let genre = apres.and_then(Genre::trouver).map(Self);
        genre.ok_or_else(|| domain::refus::CodeRefus::Introuvable.into())
    }
}

/// What the address of a change may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Voulu {
    /// Only say what it would do.
    essai: Option<u8>,
    avant: Option<u64>,
}

/// The next campaign.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Suivante {
    code: String,
    libelle: String,
    libelle_en: Option<String>,
    annees: Option<i16>,
}

fn inattendu() -> Probleme {
    Probleme::interne(&"unexpected answer")
}

fn fautes(champs: Vec<FauteChamp>) -> Result<(), Probleme> {
    Refus::si_fautes(champs).map_err(Into::into)
}

/// Whoever may not see the campaign is refused; the copy is brought up to date.
async fn voir(etat: &Etat, demandeur: &Demandeur) -> Result<(), Probleme> {
    let acte = ActeGestion::Campagne(ActeCampagne::Lire);
    demandeur.gerer(etat, acte).await?;
    Ok(etat.vitrine.rafraichir().await?)
}

/// A definition with its version.
fn montrer(etat: &Etat, statut: StatusCode, cle: &Cle) -> Result<Response, Probleme> {
    let catalogue = etat.catalogue();
    let definition = catalogue.definition(cle);
    let definition = definition.ok_or(domain::refus::CodeRefus::Introuvable)?;
    let version = catalogue.version_de(cle);
    let mut corps = forme(&definition);
    corps["version"] = json!(version);
    let entetes = [
        (header::ETAG, format!("\"{version}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((statut, entetes, Json(corps)).into_response())
}

/// Changes; what came of it.
pub(super) async fn changer(
    etat: &Etat,
    demandeur: &Demandeur,
    changements: Vec<Evenement>,
    essai: bool,
) -> Result<Value, Probleme> {
    let version = demandeur.version;
    let acte = ActeGestion::Campagne(ActeCampagne::Changer {
        changements,
        version,
        essai,
    });
    let Reponse::CampagneChangee {
        differences,
        version,
        changes,
    } = demandeur.gerer(etat, acte).await?
    else {
        return Err(inattendu());
    };
    etat.vitrine.rafraichir().await?;
    Ok(json!({
        "essai": essai,
        "changes": changes,
        "definitions": differences,
        "version": version,
    }))
}

/// A form read, with what its answer carried left out.
pub(in crate::edge) fn lire(
    etat: &Etat,
    genre: Genre,
    code: Option<&str>,
    mut corps: Value,
) -> Result<Lu, Probleme> {
    let mut autre = None;
    if let Value::Object(champs) = &mut corps {
        champs.remove("version");
        if let Some(code) = code {
            let dit = champs.insert("code".to_owned(), json!(code));
            autre = dit.filter(|dit| dit != code);
        }
    }
    let catalogue = etat.catalogue();
    // A form to download is handed in on its own; here it may only stay.
    let mut modele = |nom: &str| {
        let connus = catalogue.pieces.values();
        let connu = connus.filter_map(|p| p.modele.as_deref()).any(|m| m == nom);
        if connu {
            return Ok(nom.to_owned());
        }
        Err("déposez le PDF sur la pièce (PUT /gestion/pieces/{code}/modele)".to_owned())
    };
    let lu = genre.lire(corps, &mut modele);
    let mut lu = lu.map_err(|erreur| {
        Probleme::http(
            StatusCode::BAD_REQUEST,
            "json_invalide",
            &format!("Le corps n'est pas le JSON attendu : {erreur}"),
            "The body is not the JSON expected.",
        )
    })?;
    if autre.is_some() {
        lu.fautes.push(FauteChamp::new(
            "code",
            "code_different",
            "Un code ne change pas : retirez cette définition et créez-en une autre.",
            "A code does not change: remove this definition and make another.",
        ));
    }
    Ok(lu)
}

/// Adds the faults of fields that none is told of yet.
pub(in crate::edge) fn completer(champs: &mut Vec<FauteChamp>, autres: Vec<FauteChamp>) {
    let dits: Vec<String> = champs.iter().map(|f| f.champ.clone()).collect();
    champs.extend(autres.into_iter().filter(|f| !dits.contains(&f.champ)));
}

/// The faults of the form together with those of the campaign: an attempt names the latter.
pub(super) async fn tout_refuser(
    etat: &Etat,
    demandeur: &Demandeur,
    lu: Lu,
) -> Result<Vec<Evenement>, Probleme> {
    if lu.fautes.is_empty() {
        return Ok(vec![lu.evenement]);
    }
    let mut champs = lu.fautes;
    let acte = ActeGestion::Campagne(ActeCampagne::Changer {
        changements: vec![lu.evenement],
        version: None,
        essai: true,
    });
    match demandeur.gerer(etat, acte).await {
        Ok(_) => {}
        Err(Probleme::Faute(actors::protocol::Faute::Refus(refus))) if !refus.champs.is_empty() => {
            completer(&mut champs, refus.champs);
        }
        Err(autre) => return Err(autre),
    }
    fautes(champs)?;
    Ok(Vec::new())
}

pub(super) async fn campagne(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let catalogue = etat.catalogue();
    let courante = catalogue.campagne.as_ref();
    let code = courante.ok_or(domain::refus::CodeRefus::Introuvable)?;
    montrer(&etat, StatusCode::OK, &Cle::Campagne(code.code.clone()))
}

pub(super) async fn regler(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(corps): Corps<Value>,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let lu = lire(&etat, Genre::Campagne, None, corps)?;
    let cle = lu.evenement.cle();
    let changements = tout_refuser(&etat, &demandeur, lu).await?;
    changer(&etat, &demandeur, changements, false).await?;
    montrer(&etat, StatusCode::OK, &cle)
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    Dans(genre): Dans,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let catalogue = etat.catalogue();
    let cles = genre.cles(&catalogue);
    let lignes: Vec<Value> = cles
        .iter()
        .filter_map(|cle| {
            let mut corps = forme(&catalogue.definition(cle)?);
            corps["version"] = json!(catalogue.version_de(cle));
            Some(corps)
        })
        .collect();
    let corps = json!({ genre.nom(): lignes, "curseur": null, "version": catalogue.version });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(corps)).into_response())
}

pub(super) async fn definition(
    State(etat): State<Etat>,
    Dans(genre): Dans,
    Path(code): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    montrer(&etat, StatusCode::OK, &genre.cle(&code))
}

pub(super) async fn creer(
    State(etat): State<Etat>,
    Dans(genre): Dans,
    demandeur: Demandeur,
    Corps(corps): Corps<Value>,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let mut lu = lire(&etat, genre, None, corps)?;
    let cle = lu.evenement.cle();
    if etat.catalogue().definition(&cle).is_some() {
        lu.fautes.push(deja_la());
    }
    let changements = tout_refuser(&etat, &demandeur, lu).await?;
    changer(&etat, &demandeur, changements, false).await?;
    montrer(&etat, StatusCode::CREATED, &cle)
}

/// The code of a new definition is one that exists.
pub(in crate::edge) fn deja_la() -> FauteChamp {
    FauteChamp::new(
        "code",
        "doublon",
        "Ce code existe déjà : choisissez-en un autre.",
        "This code exists already: choose another.",
    )
}

pub(super) async fn definir(
    State(etat): State<Etat>,
    Dans(genre): Dans,
    Path(code): Path<String>,
    demandeur: Demandeur,
    Corps(corps): Corps<Value>,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let lu = lire(&etat, genre, Some(&code), corps)?;
    let cle = lu.evenement.cle();
    let nouvelle = etat.catalogue().definition(&cle).is_none();
    let changements = tout_refuser(&etat, &demandeur, lu).await?;
    changer(&etat, &demandeur, changements, false).await?;
    let statut = if nouvelle {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    montrer(&etat, statut, &cle)
}

pub(super) async fn retirer(
    State(etat): State<Etat>,
    Dans(genre): Dans,
    Path(code): Path<String>,
    demandeur: Demandeur,
) -> Result<StatusCode, Probleme> {
    voir(&etat, &demandeur).await?;
    let cle = genre.cle(&code);
    let presente = etat.catalogue().definition(&cle);
    presente.ok_or(domain::refus::CodeRefus::Introuvable)?;
    changer(&etat, &demandeur, vec![Evenement::Retiree(cle)], false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The PDF to download of a piece, handed in.
pub(super) async fn deposer_modele(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    demandeur: Demandeur,
    requete: Request,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let changement = avec_modele(&etat, &code, requete).await?;
    changer(&etat, &demandeur, vec![changement], false).await?;
    montrer(&etat, StatusCode::OK, &Genre::Pieces.cle(&code))
}

/// The piece with the PDF of this request as its form to download (G26).
pub(in crate::edge) async fn avec_modele(
    etat: &Etat,
    code: &str,
    requete: Request,
) -> Result<Evenement, Probleme> {
    let catalogue = etat.catalogue();
    let piece = catalogue.pieces.get(code);
    let mut piece = piece
        .cloned()
        .ok_or(domain::refus::CodeRefus::Introuvable)?;
    let fichier = recevoir(etat, requete).await?;
    if fichier.type_ != TypeFichier::Pdf {
        fautes(vec![FauteChamp::new(
            "modele",
            "type_refuse",
            "Le formulaire à télécharger doit être un PDF.",
            "The form to download must be a PDF.",
        )])?;
    }
    piece.modele = Some(fichier.sha256);
    Ok(Evenement::PieceDefinie(piece))
}

pub(super) async fn retirer_modele(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let catalogue = etat.catalogue();
    let piece = catalogue.pieces.get(code.as_str()).cloned();
    let mut piece = piece.ok_or(domain::refus::CodeRefus::Introuvable)?;
    piece.modele = None;
    let changements = vec![Evenement::PieceDefinie(piece)];
    changer(&etat, &demandeur, changements, false).await?;
    montrer(&etat, StatusCode::OK, &Genre::Pieces.cle(&code))
}

pub(super) async fn exporter(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    fichier(&etat)
}

/// The campaign's file, to be kept.
pub(in crate::edge) fn fichier(etat: &Etat) -> Result<Response, Probleme> {
    let catalogue = etat.catalogue();
    let texte = campagne::ecrire(&catalogue).map_err(|e| Probleme::interne(&e))?;
    let entetes = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"campagne.toml\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((entetes, texte).into_response())
}

/// A campaign file's definitions; the forms it names must be known already, by their content.
pub(in crate::edge) fn lire_fichier(etat: &Etat, texte: &str) -> Result<Vec<Evenement>, Probleme> {
    let catalogue = etat.catalogue();
    let modele = |chemin: &str| {
        let sha256 = campagne::sha256_du_chemin(chemin);
        let connus = catalogue.pieces.values();
        let connu = connus
            .filter_map(|p| p.modele.as_deref())
            .find(|m| Some(*m) == sha256);
        connu.map(str::to_owned).ok_or_else(|| {
            "ce PDF n'est pas ici : ôtez la ligne, puis déposez-le sur la page de la pièce"
                .to_owned()
        })
    };
    campagne::lire(texte, modele).map_err(|fautes| {
        let faute = |f: &campagne::FauteFichier| {
            let champ = format!("ligne_{}", f.ligne);
            FauteChamp::new(&champ, "fichier_invalide", &f.to_string(), &f.to_string())
        };
        let champs = fautes.iter().map(faute).collect();
        let code = domain::refus::CodeRefus::ChampsInvalides;
        Refus { code, champs }.into()
    })
}

pub(super) async fn importer(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
    texte: String,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let changements = lire_fichier(&etat, &texte)?;
    let essai = voulu.essai.is_some_and(|e| e != 0);
    let fait = changer(&etat, &demandeur, changements, essai).await?;
    Ok(Json(fait).into_response())
}

pub(super) async fn historique(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    let avant = voulu.avant;
    let acte = ActeGestion::Campagne(ActeCampagne::Historique { avant });
    let Reponse::HistoriqueCampagne { lignes, suite } = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    let ligne = |l: &actors::protocol::LigneCampagne| {
        let avant = l.avant.as_deref().map(forme).unwrap_or_default();
        let ecarts = ecarts(&avant, &forme(&l.apres));
        let champs = ecarts
            .into_iter()
            .map(|(champ, avant, apres)| json!({ "champ": champ, "avant": avant, "apres": apres }));
        json!({
            "version": l.version,
            "le": l.le,
            "par": l.par,
            "nom": l.nom,
            "genre": l.cle.genre(),
            "code": l.cle.code(),
            "effet": l.effet,
            "champs": champs.collect::<Vec<_>>(),
        })
    };
    let lignes: Vec<Value> = lignes.iter().map(ligne).collect();
    Ok(Json(json!({ "lignes": lignes, "avant": suite })).into_response())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Effacement {
    candidat: String,
    essai: bool,
}

/// Q18: a person's data, erased on request.
pub(super) async fn effacer(
    State(etat): State<Etat>,
    demandeur: Demandeur,
    Corps(Effacement { candidat, essai }): Corps<Effacement>,
) -> Result<Response, Probleme> {
    let acte = ActeGestion::Effacer { candidat, essai };
    let Reponse::Effacement(vue) = demandeur.gerer(&etat, acte).await? else {
        return Err(inattendu());
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(json!(vue))).into_response())
}

/// The campaign closes now: no candidate of it logs in any more (G09).
pub(super) async fn fermer(
    State(etat): State<Etat>,
    demandeur: Demandeur,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let fermee = fermeture(&etat)?;
    let cle = fermee.cle();
    changer(&etat, &demandeur, vec![fermee], false).await?;
    montrer(&etat, StatusCode::OK, &cle)
}

/// The running campaign, closed now.
pub(in crate::edge) fn fermeture(etat: &Etat) -> Result<Evenement, Probleme> {
    let catalogue = etat.catalogue();
    let campagne = catalogue.campagne.clone();
    let mut campagne = campagne.ok_or(domain::refus::CodeRefus::Introuvable)?;
    campagne.fermeture = campagne.fermeture.min(etat.maintenant());
    Ok(Evenement::CampagneParametree(campagne))
}

pub(super) async fn ouvrir_suivante(
    State(etat): State<Etat>,
    Query(voulu): Query<Voulu>,
    demandeur: Demandeur,
    Corps(form): Corps<Suivante>,
) -> Result<Response, Probleme> {
    voir(&etat, &demandeur).await?;
    let libelle = Texte {
        fr: form.libelle,
        en: form.libelle_en,
    };
    let changements = campagne_suivante(&etat, (&form.code, libelle), form.annees)?;
    let essai = voulu.essai.is_some_and(|e| e != 0);
    let fait = changer(&etat, &demandeur, changements, essai).await?;
    Ok(Json(fait).into_response())
}

/// What makes the next campaign of this one.
pub(in crate::edge) fn campagne_suivante(
    etat: &Etat,
    nom: (&str, Texte),
    annees: Option<i16>,
) -> Result<Vec<Evenement>, Probleme> {
    let annees = annees.unwrap_or(1);
    if !(0..=MAX_ANNEES).contains(&annees) {
        fautes(vec![FauteChamp::new(
            "annees",
            "hors_bornes",
            &format!("De 0 à {MAX_ANNEES} ans."),
            &format!("From 0 to {MAX_ANNEES} years."),
        )])?;
    }
    let catalogue = etat.catalogue();
    if catalogue.campagne.is_none() {
        return Err(domain::refus::CodeRefus::Introuvable.into());
    }
    Ok(campagne::suivante(
        &catalogue,
        nom,
        annees,
        etat.maintenant(),
    ))
}
