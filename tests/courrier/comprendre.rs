//! The corpus of `fixtures/mail`: nature, classes, recipients, and what may be answered alone.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use postule::mail::entrant::Suite;
use postule::mail::entrant::mesure::{Mesure, apprendre, mesurer};

/// An automatic answer goes out only for a class this precise.
const PRECISION_AUTOMATIQUE: f64 = 0.98;
/// The least of the first classes that must be right, on the texts the rules were written with and on the others.
const PREMIERES: f64 = 0.95;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail")
}

fn mesures() -> BTreeMap<String, Mesure> {
    mesurer(&corpus()).unwrap()
}

#[test]
fn s31_s43_chaque_nature_est_reconnue() {
    for (part, mesure) in mesures() {
        assert_eq!(mesure.natures, mesure.mails, "{part}: {:?}", mesure.ecarts);
    }
}

#[test]
fn s50_les_classes_atteignent_leur_plancher() {
    let mesures = mesures();
    assert!(mesures.values().map(|m| m.demandes).sum::<u32>() >= 300);
    for (part, mesure) in mesures {
        let premieres = f64::from(mesure.premieres) / f64::from(mesure.demandes);
        assert!(
            premieres >= PREMIERES,
            "{part}: {premieres} {:?}",
            mesure.ecarts
        );
    }
}

#[test]
fn s55_rien_ne_repond_seul_sans_precision_mesuree() {
    let automatiques = ["lien_expire", "compte_ancienne_campagne", "suivi_dossier"];
    for (part, mesure) in mesures() {
        assert_eq!(mesure.automatiques_a_tort, Vec::<String>::new(), "{part}");
        assert_eq!(mesure.clos_a_tort, Vec::<String>::new(), "{part}");
        for classe in automatiques {
            let compte = mesure.classes.get(classe).copied().unwrap_or_default();
            assert!(compte.justes > 0, "{part}: no mail of {classe}");
            assert!(
                compte.precision() >= PRECISION_AUTOMATIQUE,
                "{part} {classe}: {compte:?} {:?}",
                mesure.ecarts
            );
        }
    }
}

/// S50, S55: mails nobody wrote rules for (`fixtures/mail/reserve`): machines are known, nothing is answered alone that must
/// not be, and what is answered alone is right; the first class has a floor that was measured at first sight.
#[test]
fn s55_la_reserve_n_est_jamais_repondue_a_tort() {
    const PREMIERE_VUE: f64 = 0.85;
    let mesures = mesurer(&corpus().join("reserve")).unwrap();
    assert!(mesures["premier"].mails >= 120 && mesures["second"].mails >= 60);
    assert!(mesures["troisieme"].mails >= 150);
    for (part, mesure) in mesures {
        assert_eq!(mesure.natures, mesure.mails, "{part}: {:?}", mesure.ecarts);
        assert_eq!(mesure.automatiques_a_tort, Vec::<String>::new(), "{part}");
        assert_eq!(mesure.clos_a_tort, Vec::<String>::new(), "{part}");
        assert_eq!(
            mesure.utiles.0, mesure.utiles.1,
            "{part}: {:?}",
            mesure.ecarts
        );
        assert_eq!(
            mesure.pieces.0, mesure.pieces.1,
            "{part}: {:?}",
            mesure.ecarts
        );
        let premieres = f64::from(mesure.premieres) / f64::from(mesure.demandes);
        assert!(
            premieres >= PREMIERE_VUE,
            "{part}: {premieres} {:?}",
            mesure.ecarts
        );
    }
}

/// S50: the table of weights is the one the labelled mails teach; who changes texts or rules makes it anew (`postule mail apprendre`).
#[test]
fn s50_les_poids_sont_ceux_des_mails_etiquetes() {
    let reserve = corpus().join("reserve");
    let apprise = apprendre(&[(&corpus(), &[]), (&reserve, &["premier"])]).unwrap();
    let gardee = include_str!("../../src/mail/entrant/classes/regles/poids.txt");
    assert!(
        apprise.trim_end() == gardee.trim_end(),
        "postule mail apprendre fixtures/mail fixtures/mail/reserve:premier > src/mail/entrant/classes/regles/poids.txt"
    );
}

/// S51: two questions, or somebody else's, are not a machine's to answer, however sure one class is.
#[test]
fn s51_une_liste_de_questions_et_celle_d_un_proche_vont_a_une_personne() {
    let suite = |texte: &str| {
        let mail = format!(
            "From: elise@univ.example\r\nSubject: Lien\r\nMessage-ID: <1@x>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{texte}\r\n"
        );
        postule::mail::entrant::comprendre(mail.as_bytes()).suite
    };
    let seul = "Le lien de validation a expiré, pouvez-vous m'en envoyer un autre ?";
    assert_eq!(suite(seul), Suite::Automatique);
    for autre in [
        format!("{seul} Par ailleurs, quand ouvrent les inscriptions en sport ?"),
        format!("1) {seul} 2) Et pour le self ?"),
        format!("Bonjour, c'est pour ma petite sœur. {seul}"),
    ] {
        assert_eq!(suite(&autre), Suite::Personne, "{autre}");
    }
}

#[test]
fn s38_s39_les_rebonds_disent_qui_et_si_c_est_pour_toujours() {
    for (part, mesure) in mesures() {
        let fautes: Vec<&String> = mesure
            .ecarts
            .iter()
            .filter(|e| e.starts_with("rb-") || e.starts_with("em-"))
            .collect();
        assert!(fautes.is_empty(), "{part}: {fautes:?}");
    }
}

fn classify(octets: &[u8], arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let mut enfant = Command::new(env!("CARGO_BIN_EXE_postule"))
        .args(["mail", "classify"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    enfant.stdin.take().unwrap().write_all(octets).unwrap();
    let sortie = enfant.wait_with_output().unwrap();
    (
        sortie.status.code(),
        serde_json::from_slice(&sortie.stdout).unwrap(),
    )
}

#[test]
fn s10_classify_repond_toujours() {
    for octets in [
        &b""[..],
        b"\0\xff\xfe",
        b"bonjour",
        b"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n",
    ] {
        let (code, valeur) = classify(octets, &["--json"]);
        assert_eq!(code, Some(0));
        assert!(
            valeur["classes"].is_array() && valeur["defauts"].is_array(),
            "{valeur}"
        );
    }
    let mail = std::fs::read(corpus().join("corpus/pl2-01.eml")).unwrap();
    let (code, valeur) = classify(&mail, &[]);
    assert_eq!(code, Some(0));
    assert_eq!(valeur["nature"], "demande");
    assert_eq!(valeur["rebond"], serde_json::Value::Null);
    assert_eq!(valeur["langue"], "fr");
    assert_eq!(valeur["classes"][0]["code"], "lien_expire");
    assert!(
        !valeur["classes"][0]["raisons"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

/// S31: a null return path, as itself and as Postfix writes it for a pipe, is nobody to answer.
/// A text without a word that is known is nobody's thanks: it waits for a person as something else.
#[test]
fn s50_un_texte_sans_mot_connu_est_autre() {
    for texte in ["Subject: x\n\nx", "Subject: zzyx\n\nQwfp bjluy"] {
        let (fini, dit) = classify(texte.as_bytes(), &["--json"]);
        assert_eq!(fini, Some(0));
        assert_eq!(dit["classes"][0]["code"], "autre", "{dit}");
        assert_eq!(dit["suite"], "personne", "{dit}");
    }
}

#[test]
fn s31_un_retour_nul_ne_recoit_pas_de_reponse() {
    let suite = |retour: &str| {
        let mail = format!(
            "Return-Path: {retour}\r\nFrom: elise@univ.example\r\nSubject: Lien expire\r\nMessage-ID: <1@x>\r\n\r\n\
             Le lien de validation a expire, pouvez-vous m'en envoyer un autre ?\r\n"
        );
        let compris = postule::mail::entrant::comprendre(mail.as_bytes());
        serde_json::to_value(compris.suite).unwrap()
    };
    assert_eq!(suite("<elise@univ.example>"), "automatique");
    for nul in ["<>", "<MAILER-DAEMON>", "MAILER-DAEMON"] {
        assert_ne!(suite(nul), "automatique", "{nul}");
    }
}
