//! Every mail is written in both languages; an operator's text is checked, used, and never loses a mail.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use actors::ports::{Courrier, CourrierDemande};
use actors::support::Faits;
use domain::campagne::{CodeReponse, Modele, TexteMail};
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::variables::{self, Enseigne};
use super::{
    Cas, Modeles, Partie, Redaction, Rendu, cadre, exemples, integres, reponses, sens, verifier,
};

fn rendre(modeles: &Modeles, code: CodeMail, langue: Langue) -> Vec<Rendu> {
    let fuseau = TimeZone::get("Europe/Paris").unwrap();
    let enseigne = Enseigne::exemple(&fuseau);
    let exemples = exemples::exemples(code, langue);
    let rendus = exemples.iter().map(|c| modeles.rendre(c, &enseigne));
    rendus.map(Result::unwrap).collect()
}

fn ecrire(dossier: &Path, nom: &str, texte: &str) {
    let chemin = dossier.join(nom);
    std::fs::create_dir_all(chemin.parent().unwrap()).unwrap();
    std::fs::write(chemin, texte).unwrap();
}

#[test]
fn chaque_mail_s_ecrit_dans_les_deux_langues() {
    let modeles = Modeles::integres().unwrap();
    for code in &CodeMail::TOUS {
        for (langue, pied) in [(Langue::Fr, "automatique"), (Langue::En, "utomatic")] {
            for rendu in rendre(&modeles, *code, langue) {
                for partie in [&rendu.texte, &rendu.html] {
                    assert!(partie.contains(pied), "{code:?} {partie}");
                    assert!(!partie.contains("{{") && !partie.contains("{%"), "{partie}");
                    assert!(
                        !partie.contains("** ") && !partie.contains(" **"),
                        "{partie}"
                    );
                }
                assert!(rendu.html.contains(&format!("lang=\"{}\"", langue.tag())));
                assert!(!rendu.objet.is_empty() && !rendu.objet.contains('\n'));
                assert!(!rendu.texte.contains("\n\n\n"), "{}", rendu.texte);
            }
        }
    }
}

/// G03: the validation mail gives the link and the log-in information, and says until when.
#[test]
fn g03_le_mail_de_creation_donne_le_lien_et_le_numero() {
    let modeles = Modeles::integres().unwrap();
    let rendu = rendre(&modeles, CodeMail::CptMinCreate, Langue::Fr).remove(0);
    assert_eq!(rendu.objet, "Validez votre compte de candidature");
    for attendu in [
        "Bonjour Élise Martin,",
        "https://candidature.univ.example/validation?jeton=exemple.de.jeton",
        "Numéro de candidat : EXEMPLE2",
        "14 décembre 2026 à 1 h 00 (heure de Paris)",
        "candidature@univ.example",
    ] {
        assert!(rendu.texte.contains(attendu), "{attendu}\n{}", rendu.texte);
    }
}

#[test]
fn un_texte_de_l_exploitant_remplace_le_notre_sujet_texte_et_html() {
    let dossier = tempfile::tempdir().unwrap();
    ecrire(
        dossier.path(),
        "compte_existe/fr.txt",
        "Objet : Déjà {{ candidat.prenom }}\n\nUn compte & un seul : **{{ numDossierOpi }}**.\n",
    );
    ecrire(
        dossier.path(),
        "candidature/fr.html",
        "<p lang=\"fr\">{{ formation.libelle }} <b>{{ nom }}</b></p>",
    );
    let modeles = Modeles::charger(Some(dossier.path())).unwrap();
    let rendu = rendre(&modeles, CodeMail::CompteExiste, Langue::Fr).remove(0);
    assert_eq!(rendu.objet, "Déjà Élise");
    assert!(rendu.texte.starts_with("Un compte & un seul : EXEMPLE2."));
    assert!(
        rendu
            .html
            .contains("<p>Un compte &amp; un seul : <strong>EXEMPLE2</strong>.</p>")
    );
    let anglais = rendre(&modeles, CodeMail::CompteExiste, Langue::En).remove(0);
    assert!(anglais.texte.starts_with("Dear Élise"), "{}", anglais.texte);
    let rendu = rendre(&modeles, CodeMail::Candidature, Langue::Fr).remove(0);
    assert_eq!(
        rendu.html,
        "<p lang=\"fr\">Master 1 Informatique <b>Martin</b></p>"
    );
    assert!(rendu.texte.starts_with("Bonjour Élise Martin,"));
}

#[test]
fn chaque_faute_de_chaque_fichier_est_nommee_avec_sa_ligne() {
    let dossier = tempfile::tempdir().unwrap();
    let d = dossier.path();
    ecrire(
        d,
        "candidature/fr.txt",
        "Objet : A\n\nBonjour {{ candidat.ine }}\n{{ prenon }}\n",
    );
    ecrire(d, "candidature/en.txt", "Subject: A\n\n{% if %}\n");
    ecrire(d, "statut_re/fr.txt", "Bonjour\n");
    ecrire(d, "statut_re/de.txt", "Objet : x\n\n");
    ecrire(d, "inconnu/fr.txt", "Objet : x\n\ny\n");
    ecrire(d, "perdu.txt", "x");
    ecrire(d, ".garde/fr.txt", "{% nothing to see");
    let fautes = Modeles::charger(Some(d)).unwrap_err();
    let lues: Vec<String> = fautes.iter().map(ToString::to_string).collect();
    for attendue in [
        "candidature/fr.txt:3: la variable « candidat.ine » n'existe pas ici ; il y a : appel, automatique, candidat",
        "candidature/fr.txt:4: la variable « prenon » n'existe pas ici",
        "candidature/en.txt:3: ",
        "statut_re/fr.txt:1: la première ligne doit être « Objet : … »",
        "statut_re/de.txt: fichier inattendu ; ici : fr.txt, en.txt",
        "inconnu/fr.txt: « inconnu » n'est pas un mail ; les mails sont : cpt_min_create",
        "perdu.txt: chaque modèle est dans le dossier de son mail",
    ] {
        assert!(
            lues.iter().any(|l| l.starts_with(attendue)),
            "{attendue}\n{lues:#?}"
        );
    }
    assert_eq!(lues.len(), 7, "{lues:#?}");
}

#[test]
fn un_mail_dont_le_lien_manque_est_une_faute() {
    let dossier = tempfile::tempdir().unwrap();
    ecrire(
        dossier.path(),
        "cpt_min_create/fr.txt",
        "Objet : Bienvenue\n\nBonjour {{ prenom }}.\n",
    );
    let fautes = Modeles::charger(Some(dossier.path())).unwrap_err();
    assert_eq!(fautes.len(), 1);
    assert_eq!(
        fautes[0].to_string(),
        "cpt_min_create/fr.txt: ce mail doit contenir son lien, {{ lienValidation }}"
    );
}

/// What passes the check with samples and fails with a real candidate: the built-in text goes out.
#[test]
fn un_texte_qui_echoue_laisse_partir_le_notre() {
    let dossier = tempfile::tempdir().unwrap();
    ecrire(
        dossier.path(),
        "compte_existe/fr.txt",
        "Objet : A\n\n{% if prenom != \"Élise\" %}{% for i in range(90000) %}{{ i }}{% endfor %}{% endif %}\n",
    );
    let modeles = Modeles::charger(Some(dossier.path())).unwrap();
    let fuseau = TimeZone::UTC;
    let mut courrier = exemples::exemples(CodeMail::CompteExiste, Langue::Fr).remove(0);
    courrier.prenom = "Jean".to_owned();
    let rendu = modeles
        .rendre(&courrier, &Enseigne::exemple(&fuseau))
        .unwrap();
    assert!(
        rendu.texte.starts_with("Bonjour Jean Martin,"),
        "{}",
        rendu.texte
    );
}

#[test]
fn un_nom_ne_porte_ni_lien_ni_annonce() {
    for (tape, ecrit) in [
        ("Marie-Hélène d'Arc", "Marie-Hélène d'Arc"),
        ("J. P.", "J. P."),
        ("Gagnez https://x.example/y", "Gagnez https x example y"),
        ("www.x.example", "www x example"),
        ("محمد", "محمد"),
        ("A\r\nBcc: b@c.example", "A Bcc b c example"),
        ("\u{202e}abc", "abc"),
    ] {
        assert_eq!(variables::nom(tape), ecrit, "{tape}");
    }
}

proptest! {
    /// S58, S66: whatever stands in a name, no markup, no template and no second line comes of it.
    #[test]
    fn s58_un_nom_reste_du_texte(nom in "\\PC{0,60}|.{0,40}", prenom in "[<>{}%\"'&;:/\\r\\n*\\[\\]()a-z]{0,40}") {
        let modeles = Modeles::integres().unwrap();
        let fuseau = TimeZone::UTC;
        let mut courrier = exemples::exemples(CodeMail::CompteExiste, Langue::Fr).remove(0);
        courrier.nom = nom;
        courrier.prenom = prenom;
        let rendu = modeles.rendre(&courrier, &Enseigne::exemple(&fuseau)).unwrap();
        prop_assert!(!rendu.objet.contains(['\r', '\n']));
        let debut = rendu.texte.lines().next().unwrap_or_default();
        prop_assert!(debut.starts_with("Bonjour "), "{debut}");
        let corps = rendu.html.split("<main>").nth(1).unwrap_or_default();
        let salut = corps.split("<p>").nth(1).unwrap_or_default();
        prop_assert!(salut.split("</p>").next().is_some_and(|s| !s.contains('<')), "{salut}");
    }
}

fn propre(code: impl Into<Modele>, langue: Langue, objet: &str, texte: &str) -> TexteMail {
    TexteMail {
        code: TexteMailCode::de(code, langue),
        objet: objet.to_owned(),
        texte: texte.to_owned(),
        html: None,
    }
}

/// What staff of a university edit texts with.
fn redaction(modeles: Modeles) -> Arc<Redaction> {
    let maison = crate::mail::Maison {
        nom: "Université".to_owned(),
        url: "https://candidature.univ.example".to_owned(),
        from: "no@univ.example".to_owned(),
        enveloppe: None,
        support: Some("candidature@univ.example".to_owned()),
        fuseau: TimeZone::UTC,
    };
    Redaction::new(modeles, maison)
}

/// Whoever edits a text begins with ours: it passes the check, and says the same.
#[test]
fn le_texte_d_origine_ecrit_a_l_ecran_dit_la_meme_chose() {
    let fuseau = TimeZone::get("Europe/Paris").unwrap();
    let redaction = redaction(Modeles::integres().unwrap());
    let modeles = Modeles::integres().unwrap();
    let enseigne = Enseigne::exemple(&fuseau);
    for code in CodeMail::TOUS {
        let fichier = format!("{}/fr.txt", code.nom());
        assert!(integres::tous().any(|(chemin, _)| chemin == fichier));
        for langue in [Langue::Fr, Langue::En] {
            let origine = redaction.origine(code.into(), langue);
            assert!(!origine.exploitant && origine.texte.html.is_none());
            assert_eq!(verifier(&origine.texte), [], "{code:?}");
            assert!(!redaction.apercus(&origine.texte, None).unwrap().is_empty());
            for courrier in exemples::exemples(code, langue) {
                let ecrit = Courrier {
                    propre: Some(origine.texte.clone()),
                    ..courrier.clone()
                };
                let de = |c: &Courrier| modeles.rendre(c, &enseigne).unwrap();
                assert_eq!(de(&ecrit), de(&courrier), "{code:?}");
            }
        }
    }
}

#[test]
fn chaque_variable_a_un_sens() {
    let dire = |qui: &str, noms: BTreeSet<String>, tues: &[&str], table: sens::Table| {
        let dites: Vec<&str> = table.iter().map(|(nom, _, _)| *nom).collect();
        for nom in &noms {
            // What holds others is told by them.
            let groupe = noms.iter().any(|n| n.starts_with(&format!("{nom}.")));
            let connue = dites.contains(&nom.as_str()) || tues.contains(&nom.as_str());
            assert!(groupe || connue, "{nom} of {qui} says nothing");
        }
        for nom in dites {
            assert!(
                table == sens::VARIABLES || noms.contains(nom),
                "{qui} has no {nom}"
            );
        }
    };
    for code in CodeMail::TOUS {
        let noms = exemples::noms(code);
        dire(code.nom(), noms, sens::DU_CADRE, sens::VARIABLES);
    }
    dire("answers", reponses::connues(), &[], sens::REPONSES);
    let page = cadre::connues(Partie::Html);
    dire("frames", page, sens::DES_MAILS, sens::CADRE);
}

#[test]
fn l_ecran_passe_avant_le_dossier_de_l_exploitant_et_lui_laisse_le_cadre() {
    let dossier = tempfile::tempdir().unwrap();
    ecrire(
        dossier.path(),
        "candidature/fr.txt",
        "Objet : Dossier\n\nDu dossier.\n",
    );
    ecrire(dossier.path(), "candidature/fr.html", "<p>Du dossier</p>");
    ecrire(
        dossier.path(),
        "cadre/fr.txt",
        "{{ corps }}\n\nLe cadre du dossier\n",
    );
    let modeles = Modeles::charger(Some(dossier.path())).unwrap();
    let fuseau = TimeZone::UTC;
    let mut courrier = exemples::exemple(CodeMail::Candidature, Langue::Fr);
    let rendu = modeles
        .rendre(&courrier, &Enseigne::exemple(&fuseau))
        .unwrap();
    assert_eq!(
        (rendu.objet.as_str(), rendu.html.as_str()),
        ("Dossier", "<p>Du dossier</p>")
    );
    courrier.propre = Some(propre(
        CodeMail::Candidature,
        Langue::Fr,
        "Écran",
        "De l'écran.",
    ));
    let rendu = modeles
        .rendre(&courrier, &Enseigne::exemple(&fuseau))
        .unwrap();
    assert_eq!(rendu.objet, "Écran");
    assert_eq!(rendu.texte, "De l'écran.\n\nLe cadre du dossier\n");
    assert!(rendu.html.contains("<p>De l'écran.</p>"), "{}", rendu.html);
}

/// What passes the check with samples and fails with a real candidate, or no longer fits a later version: the text
/// behind it goes out.
#[test]
fn un_texte_d_ecran_qui_echoue_laisse_partir_celui_d_origine() {
    let modeles = Modeles::integres().unwrap();
    let fuseau = TimeZone::UTC;
    let enseigne = Enseigne::exemple(&fuseau);
    let lien = "{% if prenom == \"Élise\" %}[Valider]({{ lienValidation }}){% endif %}";
    for texte in [
        "Bonjour {{ une_variable_d_autrefois }}",
        "Bonjour {% if %}",
        "{% if prenom == \"Élise\" %}Bonjour{% endif %}",
        "{% for i in range(99000) %}{{ i }}{% endfor %}",
        lien,
    ] {
        let mut courrier = exemples::exemple(CodeMail::CptMinLienValidOublie, Langue::Fr);
        courrier.prenom = "Jean".to_owned();
        let attendu = modeles.rendre(&courrier, &enseigne).unwrap();
        courrier.propre = Some(propre(courrier.code, courrier.langue, "Objet", texte));
        assert_eq!(
            modeles.rendre(&courrier, &enseigne).unwrap(),
            attendu,
            "{texte}"
        );
    }
    let juste = propre(CodeMail::CptMinLienValidOublie, Langue::Fr, "Objet", lien);
    assert_eq!(verifier(&juste), [], "the samples do not find everything");
}

/// `champ:code` of each fault.
fn fautes(texte: &TexteMail) -> Vec<String> {
    let fautes = verifier(texte);
    let dire = |f: &domain::refus::FauteChamp| format!("{}:{}", f.champ, f.code);
    fautes.iter().map(dire).collect()
}

/// The answers and the frame begin with ours, too: they pass the check, and change nothing.
#[test]
fn reponses_et_cadre_d_origine_passent_le_controle_et_se_voient() {
    let redaction = redaction(Modeles::integres().unwrap());
    let textes = CodeReponse::TOUS.map(Modele::from).into_iter();
    for modele in textes.chain([Modele::Cadre]) {
        for langue in [Langue::Fr, Langue::En] {
            let origine = redaction.origine(modele, langue);
            assert!(!origine.exploitant && origine.texte.objet.is_empty());
            assert_eq!(origine.texte.html.is_some(), modele == Modele::Cadre);
            assert_eq!(verifier(&origine.texte), [], "{modele:?}");
            let vus = redaction.apercus(&origine.texte, None).unwrap();
            let cas: Vec<&str> = vus.iter().map(|vu| vu.cas.code()).collect();
            match modele {
                Modele::Cadre => {
                    let attendus = ["candidat", "commission", "automatique", "personne"];
                    assert_eq!(cas, attendus);
                }
                Modele::Reponse(CodeReponse::Projet) => {
                    assert!(cas.contains(&"ine") && cas.contains(&"plainte"), "{cas:?}");
                }
                Modele::Reponse(CodeReponse::LienExpire) => {
                    assert_eq!(cas, ["complet", "court", "lien_envoye"]);
                }
                Modele::Reponse(_) | Modele::Mail(_) => assert_eq!(vus[0].cas, Cas::Complet),
            }
        }
    }
}

#[test]
fn chaque_faute_d_une_reponse_ou_d_un_cadre_est_dite() {
    let suivi = |texte: &str| fautes(&propre(CodeReponse::Suivi, Langue::Fr, "", texte));
    assert_eq!(suivi("Bonjour {{ prenom }}, {{ classe }}"), [""; 0]);
    assert_eq!(
        suivi("{{ formation.libelle }} {{ prenon }}"),
        ["texte:variable_inconnue", "texte:variable_inconnue"],
        "an answer is about no programme"
    );
    assert_eq!(suivi("{% if %}"), ["texte:modele_illisible"]);
    assert_eq!(suivi("{% if prenom %}A{% endif %}"), ["texte:rendu_vide"]);
    let cadre = |texte: &str, html: Option<&str>| {
        let html = html.map(str::to_owned);
        fautes(&TexteMail {
            html,
            ..propre(Modele::Cadre, Langue::Fr, "", texte)
        })
    };
    let page = "<p>{{ objet }}{{ corps }}{{ pied }}</p>";
    assert_eq!(cadre("{{ corps }}\n\nNous", Some(page)), [""; 0]);
    assert_eq!(cadre("Nous", None), ["texte:corps_absent"]);
    assert_eq!(
        cadre("{{ corps }}", Some("<p>Nous</p>")),
        ["html:corps_absent"]
    );
    assert_eq!(
        cadre("{% if pourCandidat %}{{ corps }}{% endif %}", None),
        ["texte:corps_absent"],
        "an alert would be empty"
    );
    assert_eq!(
        cadre(
            "{{ corps }} {{ pied }} {{ formation.libelle }}",
            Some("{{ jours }}")
        ),
        [
            "texte:variable_inconnue",
            "texte:variable_inconnue",
            "html:variable_inconnue"
        ],
        "what some mails do not know, or what is of the page alone"
    );
    assert_eq!(
        cadre("{{ corps }} {{ numDossierOpi }}", None),
        ["texte:rendu_impossible"],
        "an answer has no candidate's number"
    );
}

/// One that passed the check and fails later gives way: the mail leaves in the frame behind it, the answer with its
/// own words.
#[test]
fn un_cadre_ou_une_reponse_d_ecran_qui_echoue_laisse_celui_d_origine() {
    let modeles = Modeles::integres().unwrap();
    let fuseau = TimeZone::UTC;
    let enseigne = Enseigne::exemple(&fuseau);
    let mut courrier = exemples::exemple(CodeMail::Candidature, Langue::Fr);
    let attendu = modeles.rendre(&courrier, &enseigne).unwrap();
    for casse in ["{{ d_autrefois }} {{ corps }}", "{% if %}", "Sans le mail"] {
        courrier.cadre = Some(propre(Modele::Cadre, Langue::Fr, "", casse));
        assert_eq!(modeles.rendre(&courrier, &enseigne).unwrap(), attendu);
    }
    let juste = propre(Modele::Cadre, Langue::Fr, "", "{{ corps }}\n\nÀ bientôt");
    courrier.cadre = Some(juste.clone());
    let rendu = modeles.rendre(&courrier, &enseigne).unwrap();
    assert!(rendu.texte.ends_with("\n\nÀ bientôt\n"), "{}", rendu.texte);
    assert!(
        rendu.html.contains("<footer>\n<p>À bientôt</p>"),
        "{}",
        rendu.html
    );
    let reponse = CourrierDemande {
        id: "x".to_owned(),
        etiquette: "x".to_owned(),
        jeton: "x".to_owned(),
        a: "a@b.example".to_owned(),
        nom: "A".to_owned(),
        objet: "Question".to_owned(),
        texte: "Voici.".to_owned(),
        langue: Langue::Fr,
        automatique: false,
        references: Vec::new(),
        cadre: Some(juste),
    };
    let rendu = modeles.encadrer(&reponse, &enseigne).unwrap();
    assert_eq!(rendu.texte, "Voici.\n\nÀ bientôt\n");

    let faits = Faits::default();
    let valeurs = crate::mail::lecteur::valeurs(&faits, Langue::Fr, &enseigne);
    let rediger = |texte: Option<&str>| {
        let texte = texte.map(|texte| propre(CodeReponse::Suivi, Langue::Fr, "", texte));
        let dit = modeles.rediger(CodeReponse::Suivi, texte.as_ref(), Langue::Fr, &valeurs);
        dit.unwrap()
    };
    let origine = rediger(None);
    assert_eq!(rediger(Some("{{ d_autrefois }}")), origine);
    assert_eq!(rediger(Some("{% if prenom %}A{% endif %}")), origine);
    assert_eq!(
        rediger(Some("Chez nous :\n\n\n\nrien")),
        "Chez nous :\n\nrien"
    );
}
