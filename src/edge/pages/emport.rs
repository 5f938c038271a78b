//! What was typed goes to the single sign-on and back (Q40): the little of a log-in or sign-up form under the seal of the
//! way there, and a form whose session ended in a cookie beside it. The provider sees none of it, and it is of this
//! browser alone.

use std::io::{Read, Write};

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::cadrage::dire;
use super::compte::page_inscription_refusee;
use super::connexion::{page_connexion_refusee, poser};
use super::saisie::Saisie;
use super::sso::{Voulu, depart_en_cours, preparer};
use super::visiteur::{Arret, COOKIE_REPRISE, COOKIE_SSO, Visiteur, cookie, cookie_de};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Lien, Message};

/// Fields of a form with what was typed.
type Champs = Vec<(String, String)>;

/// Fields that come back: never a password.
const EMPORTES: [&str; 5] = ["identifiant", "nom", "prenom", "mail", "mail_confirmation"];
/// Bytes of each; a name or an address is shorter.
const MAX_CHAMP: usize = 254;
/// Bytes of all together: with tokens and where to go on they fit into one cookie.
const MAX_CHAMPS: usize = 800;
/// Bytes of the cookie a form is folded into; servers in front of ours take 8 KiB of cookies together.
const MAX_REPRISE: usize = 3_600;
/// Bytes it may unfold to.
const MAX_DEPLIEE: u64 = 256 * 1024;
/// Seconds such a cookie lives: as long as the way there and back may take.
const VIE: u32 = 15 * 60;

/// The button to the single sign-on beside a form: it takes along what was typed there.
#[derive(Template)]
#[template(path = "compte/sso_bouton.html")]
pub(super) struct BoutonSso {
    texte: String,
    /// Fields as they are sent; a script fills in those of the form.
    caches: Vec<(&'static str, String)>,
    /// What is under way is too long to be kept.
    perdra: Option<String>,
}

impl BoutonSso {
    /// On the log-in page; `reprise` is a form whose session ended.
    pub(super) fn de_connexion(
        visiteur: &Visiteur,
        suite: Option<&str>,
        reprise: Option<&str>,
    ) -> Option<Self> {
        let mut caches = vec![("identifiant", String::new())];
        caches.extend(suite.map(|suite| ("suite", suite.to_owned())));
        let pliee = reprise.map(|scellee| (scellee, plier(scellee)));
        let perdra = matches!(pliee, Some((_, None))).then(|| visiteur.t.sso_perdra().to_string());
        if let Some((scellee, Some(_))) = pliee {
            caches.push(("reprise", scellee.to_owned()));
        }
        Some(Self {
            texte: visiteur.bouton_sso()?,
            caches,
            perdra,
        })
    }

    /// On the sign-up page.
    pub(super) fn d_inscription(visiteur: &Visiteur) -> Option<Self> {
        let champs = EMPORTES.into_iter().filter(|nom| *nom != "identifiant");
        let caches = champs.map(|nom| (nom, String::new()));
        Some(Self {
            texte: visiteur.bouton_sso()?,
            caches: [("candidat", "1".to_owned())]
                .into_iter()
                .chain(caches)
                .collect(),
            perdra: None,
        })
    }
}

/// What a person typed before they set out.
#[derive(Clone, Debug, Default)]
pub(super) struct Emport {
    /// Short fields.
    pub(super) champs: Champs,
    /// A form to be sent again, under our seal.
    pub(super) reprise: Option<String>,
}

impl Emport {
    /// Of this browser, while its way there and back lasts.
    pub(super) fn de(etat: &Etat, entetes: &HeaderMap) -> Self {
        let Some(depart) = depart_en_cours(etat, entetes) else {
            return Self::default();
        };
        Self {
            champs: depart.champs,
            reprise: reprise_de(entetes),
        }
    }
}

/// The form carried along.
pub(super) fn reprise_de(entetes: &HeaderMap) -> Option<String> {
    deplier(&cookie_de(entetes, COOKIE_REPRISE)?)
}

/// The short fields, as far as they fit.
fn champs(saisie: &Saisie) -> Champs {
    let mut reste = MAX_CHAMPS;
    let lus = EMPORTES.into_iter().filter_map(|nom| {
        let valeur = saisie.texte(nom)?;
        let tient = valeur.len() <= MAX_CHAMP && valeur.len() <= reste;
        reste -= if tient { valeur.len() } else { 0 };
        tient.then(|| (nom.to_owned(), valeur))
    });
    lus.collect()
}

/// To the provider, with what was typed. A page leads there: a browser holds the answer to a form to our own site, and
/// providers send on to others.
pub(super) async fn emporter(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let voulu = Voulu::de(&saisie);
    let t = visiteur.t;
    let (ou, depart) = match preparer(&etat, voulu, champs(&saisie)).await {
        Ok(depart) => depart,
        Err(arret) => return Ok(rester(&visiteur, &saisie, &arret)),
    };
    let bouton = visiteur.bouton_sso().unwrap_or_default();
    let corps = Message {
        texte: t.sso_en_route().to_string(),
        suites: vec![Lien::new(ou.as_str(), &bouton)],
    };
    let mut reponse = visiteur.page(&t.sso_en_route_titre(), &corps);
    let refraichir = HeaderValue::from_str(&format!("0;url={ou}"));
    if let Ok(refraichir) = refraichir {
        reponse.headers_mut().insert(header::REFRESH, refraichir);
    }
    poser(&mut reponse, &cookie(COOKIE_SSO, &depart));
    let pliee = saisie.texte("reprise").and_then(|r| plier(&r));
    let garde = match pliee {
        Some(pliee) => format!("{}; Max-Age={VIE}", cookie(COOKIE_REPRISE, &pliee)),
        None => cookie(COOKIE_REPRISE, ""),
    };
    poser(&mut reponse, &garde);
    Ok(reponse)
}

/// The provider is away: the form one came from, with all that was typed and why.
fn rester(visiteur: &Visiteur, saisie: &Saisie, arret: &Arret) -> Response {
    let (statut, texte, _, _) = dire(visiteur.t, &arret.probleme);
    let mut reponse = if saisie.brut("candidat").is_some() {
        page_inscription_refusee(visiteur, saisie, &texte)
    } else {
        page_connexion_refusee(visiteur, saisie, &texte)
    };
    *reponse.status_mut() = statut;
    reponse
}

/// What the form of a new account says where the provider says nothing, or something else.
pub(super) fn completer(t: Textes, dits: Champs, tapes: &[(String, String)]) -> (Champs, Champs) {
    let mut autrement = Vec::new();
    let dire = |(nom, dit): (String, String)| {
        let tape = tapes.iter().find(|(n, _)| *n == nom).map(|(_, v)| v);
        match tape {
            Some(tape) if dit.is_empty() => (nom, tape.clone()),
            Some(tape) if *tape != dit => {
                autrement.push((nom.clone(), t.sso_tape(tape)));
                (nom, dit)
            }
            Some(_) | None => (nom, dit),
        }
    };
    let valeurs = dits.into_iter().map(dire).collect();
    (valeurs, autrement)
}

/// A sealed form, small enough for a cookie; none when it is not.
fn plier(scellee: &str) -> Option<String> {
    let (texte, sceau) = scellee.split_once('.')?;
    let mut presse = DeflateEncoder::new(Vec::new(), Compression::best());
    presse.write_all(&B64.decode(texte).ok()?).ok()?;
    let pliee = format!("{}.{sceau}", B64.encode(presse.finish().ok()?));
    (pliee.len() <= MAX_REPRISE).then_some(pliee)
}

/// The same, unfolded; its seal is looked at where it is used.
fn deplier(pliee: &str) -> Option<String> {
    let (texte, sceau) = pliee.split_once('.')?;
    let octets = B64.decode(texte).ok()?;
    let mut clair = Vec::new();
    let mut lecture = DeflateDecoder::new(octets.as_slice()).take(MAX_DEPLIEE);
    lecture.read_to_end(&mut clair).ok()?;
    Some(format!("{}.{sceau}", B64.encode(clair)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_reprise_se_plie_et_revient_telle_quelle() {
        let scellee = |texte: &str| format!("{}.{}", B64.encode(texte), B64.encode("sceau"));
        let phrase =
            "Le dossier est complet, mais les relevés de notes du second semestre manquent. ";
        for texte in [String::new(), "é".to_owned(), phrase.repeat(40)] {
            let scellee = scellee(&texte);
            let pliee = plier(&scellee).unwrap();
            assert!(pliee.len() <= MAX_REPRISE);
            assert_eq!(deplier(&pliee), Some(scellee));
        }
        // What does not fit is not cut.
        let melanger = |x: &u32| {
            let x = x ^ (x << 13);
            let x = x ^ (x >> 17);
            Some(x ^ (x << 5))
        };
        let hasard = std::iter::successors(Some(1_u32), melanger).take(4_000);
        let sans_suite: String = hasard.map(|x| char::from(b'!' + (x >> 26) as u8)).collect();
        assert_eq!(plier(&scellee(&sans_suite)), None);
        for faux in ["", "x", "!.!", "AAAA"] {
            assert_eq!(plier(faux).and(deplier(faux)), None, "{faux}");
        }
    }

    #[test]
    fn seuls_des_champs_courts_partent_et_jamais_un_mot_de_passe() {
        let saisie = |champs: &[(&str, &str)]| {
            Saisie(
                champs
                    .iter()
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                    .collect(),
            )
        };
        let long = "x".repeat(MAX_CHAMP + 1);
        let presque = "y".repeat(MAX_CHAMP);
        let lus = champs(&saisie(&[
            ("mot_de_passe", "Motdepasse1@"),
            ("nom", "Martin"),
            ("prenom", &long),
            ("mail", " "),
            ("mail_confirmation", &presque),
        ]));
        let noms: Vec<&str> = lus.iter().map(|(nom, _)| nom.as_str()).collect();
        assert_eq!(noms, ["nom", "mail_confirmation"]);
        let tout = EMPORTES.map(|nom| (nom, presque.as_str()));
        let octets: usize = champs(&saisie(&tout)).iter().map(|(_, v)| v.len()).sum();
        assert!(octets <= MAX_CHAMPS && octets > MAX_CHAMP, "{octets}");
    }

    #[test]
    fn l_etablissement_d_abord_et_ce_qui_fut_tape_ou_il_se_tait() {
        let deux = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        let t = Textes(domain::langue::Langue::Fr);
        let dits = vec![
            deux("nom", "Lefèvre"),
            deux("prenom", ""),
            deux("mail", "z@etu.example"),
        ];
        let tapes = [
            deux("nom", "Lefèvre"),
            deux("prenom", "Zoé"),
            deux("mail", "zoe@x.example"),
        ];
        let (valeurs, autrement) = completer(t, dits, &tapes);
        assert_eq!(valeurs[1], deux("prenom", "Zoé"));
        assert_eq!(valeurs[2], deux("mail", "z@etu.example"));
        assert_eq!(autrement.len(), 1);
        assert!(autrement[0].0 == "mail" && autrement[0].1.contains("zoe@x.example"));
    }
}
