//! What the person wrote, without what is quoted, signed by machines or required by lawyers (S18–S20).

/// Lines of a text that are read.
const MAX_LIGNES: usize = 4_000;
/// «Le 3 mars 2027 à 10:12, X <x@y> a écrit :» may be folded over this many lines.
const LIGNES_ATTRIBUTION: usize = 4;
/// And is no longer than this.
const MAX_ATTRIBUTION: usize = 400;

/// Text in lines, those broken by `format=flowed` joined again.
pub(super) fn recoller(texte: &str, delsp: bool) -> String {
    let mut sortie = String::with_capacity(texte.len());
    let mut ouverte = false;
    for ligne in texte.lines() {
        let cite = ligne.starts_with('>');
        let nue = if cite {
            ligne
        } else {
            ligne.strip_prefix(' ').unwrap_or(ligne)
        };
        if ouverte && cite {
            sortie.push('\n');
        }
        let suit = nue.ends_with(' ') && nue != "-- " && !cite;
        sortie.push_str(if suit && delsp {
            nue.trim_end_matches(' ')
        } else {
            nue
        });
        if !suit {
            sortie.push('\n');
        }
        ouverte = suit;
    }
    sortie
}

/// Files written between `begin 644 name` and `end` in the text itself: they come out of it.
pub(super) fn uuencode(texte: &str) -> (String, Vec<(String, Vec<u8>)>) {
    let mut fichiers = Vec::new();
    if !texte.contains("begin ") {
        return (texte.to_owned(), fichiers);
    }
    let mut sortie = String::new();
    let mut lignes = texte.lines().peekable();
    while let Some(ligne) = lignes.next() {
        let Some(nom) = entete_uu(ligne).filter(|_| lignes.peek().is_some_and(|l| ligne_uu(l)))
        else {
            sortie.push_str(ligne);
            sortie.push('\n');
            continue;
        };
        let mut octets = Vec::new();
        for ligne in lignes.by_ref() {
            if ligne.trim_end() == "end" {
                break;
            }
            decoder_uu(ligne.as_bytes(), &mut octets);
        }
        fichiers.push((nom.to_owned(), octets));
    }
    (sortie, fichiers)
}

fn entete_uu(ligne: &str) -> Option<&str> {
    let (mode, nom) = ligne.strip_prefix("begin ")?.split_once(' ')?;
    (mode.len() == 3 && mode.bytes().all(|o| o.is_ascii_digit())).then(|| nom.trim())
}

fn ligne_uu(ligne: &str) -> bool {
    ligne.len() > 1 && ligne.len() <= 64 && ligne.bytes().all(|o| (0x20..=0x60).contains(&o))
}

fn decoder_uu(ligne: &[u8], sortie: &mut Vec<u8>) {
    let Some((longueur, corps)) = ligne.split_first() else {
        return;
    };
    let longueur = usize::from(longueur.wrapping_sub(0x20) & 0x3f);
    let fin = sortie.len() + longueur;
    for groupe in corps.chunks(4) {
        let six =
            |i: usize| u32::from(groupe.get(i).copied().unwrap_or(0x20).wrapping_sub(0x20) & 0x3f);
        let trois = (six(0) << 18) | (six(1) << 12) | (six(2) << 6) | six(3);
        sortie.extend(trois.to_be_bytes().iter().skip(1));
    }
    sortie.truncate(fin);
}

/// The subject without `Re:`, `TR :`, `[Externe]` and the like; and whether it answers something.
pub(super) fn sujet_nu(sujet: &str) -> (&str, bool) {
    const REPONSES: [&str; 8] = ["re", "ré", "réf", "aw", "sv", "antw", "rép", "rif"];
    const RENVOIS: [&str; 7] = ["tr", "fwd", "fw", "wg", "rv", "i", "enc"];
    const MARQUES: [&str; 9] = [
        "externe",
        "external",
        "ext",
        "spam",
        "***spam***",
        "spam?",
        "suspect",
        "expéditeur externe",
        "mail externe",
    ];
    let mut reste = sujet.trim();
    let mut repond = false;
    loop {
        let avant = reste;
        if let Some((marque, suite)) = reste.strip_prefix('[').and_then(|r| r.split_once(']'))
            && MARQUES.contains(&marque.trim().to_lowercase().as_str())
        {
            reste = suite.trim_start();
        }
        if let Some(suite) = reste.strip_prefix("***SPAM***") {
            reste = suite.trim_start();
        }
        if let Some((tete, suite)) = reste.split_once(':') {
            let mot = tete.trim().to_lowercase();
            // «Re[2]:», «RE (3):»
            let mot = mot.split(['[', '(']).next().unwrap_or_default().trim();
            let reponse = REPONSES.contains(&mot);
            if reponse || RENVOIS.contains(&mot) {
                repond |= reponse;
                reste = suite.trim_start();
            }
        }
        if reste == avant {
            return (reste, repond);
        }
    }
}

/// What was cut, and what is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Coupe {
    /// What the person wrote.
    pub(super) texte: String,
    /// Nothing was left, so the whole is given.
    pub(super) cite_seulement: bool,
}

/// Cuts quotes, signatures and disclaimers.
pub(super) fn couper(texte: &str) -> Coupe {
    let lignes: Vec<&str> = texte.lines().take(MAX_LIGNES).map(str::trim_end).collect();
    let mut gardees: Vec<&str> = Vec::new();
    let mut i = 0;
    while let Some(ligne) = lignes.get(i) {
        let nue = ligne.trim();
        if nue.starts_with('>') || nue.starts_with('|') && nue.len() > 1 {
            i += 1;
            continue;
        }
        let reste = lignes.get(i..).unwrap_or_default();
        if let Some(prises) = attribution(reste) {
            let suite = reste.get(prises..).unwrap_or_default();
            let suivante = suite.iter().find(|l| !l.trim().is_empty());
            if suivante.is_some_and(|l| l.trim_start().starts_with('>')) {
                // The answer may be below: only the quoted lines go.
                i += prises;
                continue;
            }
            break;
        }
        if fin_du_message(reste) {
            break;
        }
        if !machinal(nue) {
            gardees.push(ligne);
        }
        i += 1;
    }
    let coupe = serrer(&gardees);
    if coupe.is_empty() && !texte.trim().is_empty() {
        let tout: Vec<&str> = lignes
            .iter()
            .map(|l| l.trim_start_matches(['>', ' ']))
            .filter(|l| !machinal(l.trim()))
            .collect();
        let tout = serrer(&tout);
        return Coupe {
            cite_seulement: !tout.is_empty(),
            texte: tout,
        };
    }
    Coupe {
        texte: coupe,
        cite_seulement: false,
    }
}

/// Lines together, never more than one empty line between.
fn serrer(lignes: &[&str]) -> String {
    let mut sortie = String::new();
    let mut vides = 0;
    for ligne in lignes {
        if ligne.trim().is_empty() {
            vides += 1;
            continue;
        }
        if !sortie.is_empty() {
            sortie.push_str(if vides > 0 { "\n\n" } else { "\n" });
        }
        vides = 0;
        sortie.push_str(ligne);
    }
    sortie.trim().to_owned()
}

/// «Le … a écrit :», «On … wrote:», over one to four lines; how many.
fn attribution(lignes: &[&str]) -> Option<usize> {
    const DEBUTS: [&str; 8] = ["le ", "on ", "el ", "am ", "il ", "em ", "de :", "op "];
    const FINS: [&str; 9] = [
        "a écrit",
        "a ecrit",
        "wrote",
        "escribió",
        "schrieb",
        "ha scritto",
        "escreveu",
        "schreef",
        "écrivait",
    ];
    let premiere = lignes.first()?.trim().to_lowercase();
    let nom_d_abord = FINS.iter().any(|fin| {
        premiere
            .trim_end_matches([':', ' ', '\u{a0}'])
            .ends_with(fin)
    });
    if !DEBUTS.iter().any(|debut| premiere.starts_with(debut)) {
        let seule = nom_d_abord && premiere.ends_with(':') && premiere.contains(['@', '<']);
        return seule.then_some(1);
    }
    let mut ensemble = String::new();
    for (i, ligne) in lignes.iter().take(LIGNES_ATTRIBUTION).enumerate() {
        ensemble.push_str(&ligne.trim().to_lowercase());
        ensemble.push(' ');
        if ensemble.len() > MAX_ATTRIBUTION || ligne.trim().is_empty() {
            return None;
        }
        let nue = ensemble.trim_end();
        let date = nue.bytes().any(|o| o.is_ascii_digit());
        if nue.ends_with(':') && date && FINS.iter().any(|fin| nue.contains(fin)) {
            return Some(i + 1);
        }
        // Yahoo quotes on the line itself: «Le …, X<x@y> a écrit :   Bonjour».
        let ecrit = FINS.iter().find_map(|fin| nue.split_once(fin));
        let meme_ligne = ecrit.is_some_and(|(avant, apres)| {
            avant.contains('@')
                && avant.bytes().any(|o| o.is_ascii_digit())
                && apres.trim_start().starts_with(':')
        });
        if meme_ligne {
            return Some(i + 1);
        }
    }
    None
}

/// The rest is another message, a signature, or small print.
fn fin_du_message(lignes: &[&str]) -> bool {
    const SEPARATEURS: [&str; 18] = [
        "message d'origine",
        "message d’origine",
        "message original",
        "mail original",
        "mail d'origine",
        "mail d’origine",
        "email original",
        "réponse d'origine",
        "mensagem original",
        "original message",
        "message transféré",
        "message transfere",
        "forwarded message",
        "message initial",
        "message transmis",
        "courriel original",
        "ursprüngliche nachricht",
        "mensaje original",
    ];
    const PETITS: [&str; 13] = [
        "ce message et toutes les pièces",
        "ce message et ses pièces",
        "ce message et les pièces",
        "ce courriel et ses pièces",
        "ce message est confidentiel",
        "ce message et tout",
        "ce courriel est confidentiel",
        "this e-mail and any",
        "this email and any",
        "this message is confidential",
        "this message and any",
        "the information contained in this",
        "avis de confidentialité",
    ];
    let Some(ligne) = lignes.first() else {
        return true;
    };
    if matches!(*ligne, "-- " | "--" | "—" | "__") {
        return true;
    }
    let bas = ligne.trim().to_lowercase();
    let tirets = bas.starts_with("--") || bas.starts_with("__") || bas.starts_with("==");
    if tirets && SEPARATEURS.iter().any(|s| bas.contains(s)) {
        return true;
    }
    if bas.starts_with("début du message réexpédié") || bas.starts_with("begin forwarded message")
    {
        return true;
    }
    if PETITS.iter().any(|petit| bas.starts_with(petit)) {
        return true;
    }
    entetes_repetees(lignes, &bas)
}

/// The headers of an earlier message, as mail programs repeat them; `bas` is the first of the lines in small letters.
fn entetes_repetees(lignes: &[&str], bas: &str) -> bool {
    let rappel = |debuts: &[&str]| {
        let bloc = lignes
            .iter()
            .take(8)
            .map(|l| l.trim().trim_start_matches('*').to_lowercase());
        let bloc: Vec<String> = bloc.collect();
        debuts.iter().all(|d| bloc.iter().any(|l| l.starts_with(d)))
    };
    let sans_etoile = bas.trim_start_matches('*');
    // SFR and Orange webmails: «Message du 01/03/2027 10:12», then «De :».
    if sans_etoile.starts_with("message du ")
        && bas.bytes().any(|o| o.is_ascii_digit())
        && rappel(&["de :"])
    {
        return true;
    }
    (sans_etoile.starts_with("de :")
        || sans_etoile.starts_with("de:")
        || sans_etoile.starts_with("de\u{a0}:"))
        && (rappel(&["envoy"]) || rappel(&["date"]))
        && (rappel(&["objet"]) || rappel(&["sujet"]) || rappel(&["à"]))
        || sans_etoile.starts_with("from:")
            && (rappel(&["sent"]) || rappel(&["date"]))
            && rappel(&["to"])
        || sans_etoile.starts_with("von:") && rappel(&["gesendet"])
        || bas.chars().all(|c| c == '_') && bas.len() >= 20 && rappel(&["de"])
        || bas.chars().all(|c| c == '_') && bas.len() >= 20 && rappel(&["from"])
}

/// Lines that a program added.
fn machinal(ligne: &str) -> bool {
    const MAX_SIGNE: usize = 9;
    const DEBUTS: [&str; 31] = [
        "envoyé via",
        "envoyé par yahoo",
        "message envoyé depuis",
        "sent via",
        "get bluemail",
        "inviato da",
        "enviado do meu",
        "gesendet von",
        "verzonden vanaf",
        "envoyé de mon",
        "envoyé depuis",
        "envoyé à partir",
        "envoye de mon",
        "envoyé avec",
        "envoyé par mon",
        "sent from my",
        "sent from outlook",
        "sent from mail",
        "sent with",
        "obtenez outlook",
        "get outlook",
        "télécharger outlook",
        "télécharger bluemail",
        "provenance : courrier",
        "provenance: courrier",
        "garanti sans virus",
        "sans virus.",
        "l'absence de virus",
        "cet e-mail a été vérifié",
        "pensez à l'environnement",
        "n'imprimez ce",
    ];
    let bas = ligne
        .trim_start_matches(['-', '_', ' '])
        .to_lowercase()
        .replace('’', "'");
    // «Envoyé depuis trois semaines, mon dossier…» is a sentence.
    let signe = !bas.starts_with("envoy")
        || bas.split_whitespace().count() <= MAX_SIGNE
            && !bas.contains(['?', ';'])
            && !bas.contains("dossier")
            && !bas.contains("candidature");
    signe && DEBUTS.iter().any(|debut| bas.starts_with(debut))
        || bas.starts_with("virus-free")
        || bas.starts_with("von meinem")
        || bas.starts_with("enviado desde")
        || bas.starts_with("[cid:")
        || bas.starts_with("[image:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utile(texte: &str) -> String {
        couper(texte).texte
    }

    #[test]
    fn s19_la_reponse_citee_est_coupee() {
        let cas = [
            (
                "Merci\n\nLe lun. 3 mars 2027 à 10:12, Candidature <c@u.fr> a\nécrit :\n> ancien\n> texte",
                "Merci",
            ),
            (
                "Le 3 mars 2027, X <x@u.fr> a écrit :\n> ancien\n\nMa réponse dessous",
                "Ma réponse dessous",
            ),
            (
                "Voici\n\n-----Message d'origine-----\nDe : X\nObjet : Y\nancien",
                "Voici",
            ),
            (
                "Bonjour\n\nDe : X <x@u.fr>\nEnvoyé : lundi 3 mars 2027\nÀ : moi\nObjet : RE: dossier\n\nancien",
                "Bonjour",
            ),
            (
                "Bonjour\nEnvoyé de mon iPhone\n\n> Le 3 mars 2027 à 10:12, X a écrit :\n> ancien",
                "Bonjour",
            ),
            (
                "Hi\n\nOn Mon, 3 Mar 2027 at 10:12, X <x@u.fr> wrote:\n> old",
                "Hi",
            ),
            ("Texte\n-- \nJean\nService", "Texte"),
            (
                "Texte\n\nCe message et toutes les pièces jointes sont confidentiels.",
                "Texte",
            ),
            (
                "Le dossier est complet :\nmerci",
                "Le dossier est complet :\nmerci",
            ),
        ];
        for (texte, attendu) in cas {
            assert_eq!(utile(texte), attendu, "{texte}");
        }
    }

    #[test]
    fn s19_vide_apres_la_coupe_on_garde_tout() {
        let coupe = couper("> question posée plus haut");
        assert!(coupe.cite_seulement);
        assert_eq!(coupe.texte, "question posée plus haut");
    }

    #[test]
    fn s20_les_prefixes_ne_comptent_pas() {
        for sujet in [
            "Re: Ré : TR: dossier",
            "[Externe] RE : dossier",
            "AW: WG: dossier",
            "Re[2]: dossier",
        ] {
            assert_eq!(sujet_nu(sujet).0, "dossier", "{sujet}");
        }
        assert_eq!(sujet_nu("Retard: dossier"), ("Retard: dossier", false));
    }

    #[test]
    fn s14_uuencode_sort_du_texte() {
        let (texte, fichiers) = uuencode("voici\nbegin 644 a.txt\n#0V%T\n`\nend\nmerci");
        assert_eq!(texte, "voici\nmerci\n");
        assert_eq!(fichiers, vec![("a.txt".to_owned(), b"Cat".to_vec())]);
    }

    #[test]
    fn s18_format_flowed_se_recolle() {
        assert_eq!(
            recoller("Bonjour je \nvoudrais\n-- \nX", false),
            "Bonjour je voudrais\n-- \nX\n"
        );
    }
}
