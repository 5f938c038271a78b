//! The campaign's definitions: what mails say, changed, refused with every fault, put back.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use domain::campagne::{
    Catalogue, Cle, Evenement, Facts, FauteCampagne, MAX_HTML, MAX_OBJET, MAX_TEXTE, Sort,
    TexteMail, decide, suites,
};
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;

fn texte(code: &str, objet: &str, texte: &str) -> TexteMail {
    TexteMail {
        code: code.into(),
        objet: objet.to_owned(),
        texte: texte.to_owned(),
        html: None,
    }
}

fn changer(
    catalogue: &mut Catalogue,
    evenement: Evenement,
) -> Result<Vec<Evenement>, Vec<FauteCampagne>> {
    let facts = Facts {
        maintenant: None,
        dossiers: &BTreeMap::new(),
    };
    let retenus = decide(catalogue, &[evenement], facts)?;
    for evenement in &retenus {
        assert_eq!(suites(catalogue, evenement), [], "a text moves nothing");
        catalogue.evolve(evenement.clone());
    }
    Ok(retenus)
}

/// `champ:code` of each fault.
fn fautes(fait: Result<Vec<Evenement>, Vec<FauteCampagne>>) -> Vec<String> {
    let fautes = fait.unwrap_err();
    let dire = |f: &FauteCampagne| format!("{}:{}", f.faute.champ, f.faute.code);
    fautes.iter().map(dire).collect()
}

#[test]
fn chaque_mail_a_un_nom_le_sien_et_un_texte_par_langue() {
    let noms: BTreeSet<&str> = CodeMail::TOUS.into_iter().map(CodeMail::nom).collect();
    assert_eq!(noms.len(), CodeMail::TOUS.len());
    for mail in CodeMail::TOUS {
        let dit = serde_json::to_value(mail).unwrap();
        assert_eq!(dit.as_str().unwrap().to_lowercase(), mail.nom());
        assert_eq!(CodeMail::trouver(mail.nom()), Some(mail));
    }
    let codes: Vec<TexteMailCode> = TexteMailCode::tous().collect();
    assert_eq!(codes.len(), 2 * CodeMail::TOUS.len());
    for code in codes {
        let (mail, langue) = code.mail().unwrap();
        assert_eq!(TexteMailCode::de(mail, langue), code);
    }
    for faux in [
        "",
        "statut_re",
        "statut_re.de",
        "inconnu.fr",
        "STATUT_RE.fr",
    ] {
        assert_eq!(TexteMailCode::from(faux).mail(), None, "{faux}");
    }
}

#[test]
fn un_texte_se_change_se_repete_sans_effet_et_se_remet() {
    let mut catalogue = Catalogue::default();
    let cle = Cle::Mail("statut_re.fr".into());
    assert_eq!(catalogue.version_de(&cle), 0);
    let ecrit = Evenement::MailRedige(texte("statut_re.fr", "Reçu", "Bonjour {{ prenom }}."));
    assert_eq!(catalogue.sort(&ecrit), Sort::Ajoute);
    assert_eq!(changer(&mut catalogue, ecrit.clone()).unwrap().len(), 1);
    assert_eq!(catalogue.version_de(&cle), 1);
    assert_eq!(catalogue.definition(&cle), Some(ecrit.clone()));
    let vu = catalogue.texte_mail(CodeMail::StatutRe, Langue::Fr);
    assert_eq!(vu.unwrap().objet, "Reçu");
    assert_eq!(
        catalogue.texte_mail(CodeMail::StatutRe, Langue::En),
        None,
        "the other language stays as it was"
    );
    assert_eq!(
        changer(&mut catalogue, ecrit).unwrap(),
        [],
        "alike: nothing"
    );
    assert_eq!(catalogue.version_de(&cle), 1);
    let retire = Evenement::Retiree(cle.clone());
    assert_eq!(changer(&mut catalogue, retire.clone()).unwrap().len(), 1);
    assert_eq!(catalogue.mails.len(), 0);
    assert_eq!(
        catalogue.version_de(&cle),
        2,
        "the way back is a change, too"
    );
    assert_eq!(
        fautes(changer(&mut catalogue, retire)),
        ["code:introuvable"]
    );
}

#[test]
fn toutes_les_fautes_d_un_texte_sont_dites_ensemble() {
    let mut catalogue = Catalogue::default();
    let vide = Evenement::MailRedige(texte("statut_xx.fr", " ", ""));
    assert_eq!(
        fautes(changer(&mut catalogue, vide)),
        ["code:mail_inconnu", "objet:manquant", "texte:manquant"]
    );
    let long = TexteMail {
        html: Some("h".repeat(MAX_HTML + 1)),
        ..texte(
            "statut_re.fr",
            &format!("a\n{}", "o".repeat(MAX_OBJET)),
            &"é".repeat(MAX_TEXTE + 1),
        )
    };
    assert_eq!(
        fautes(changer(&mut catalogue, Evenement::MailRedige(long))),
        [
            "objet:une_ligne",
            "objet:trop_long",
            "texte:trop_long",
            "html:trop_long"
        ]
    );
    let juste = TexteMail {
        html: Some("h".repeat(MAX_HTML)),
        ..texte(
            "statut_re.fr",
            &"o".repeat(MAX_OBJET),
            &"é".repeat(MAX_TEXTE),
        )
    };
    assert!(changer(&mut catalogue, Evenement::MailRedige(juste)).is_ok());
}

/// What is on disk stays readable: the form of this event and of its key.
#[test]
fn un_texte_de_mail_garde_sa_forme_sur_disque() {
    let mut ecrit = texte("statut_re.fr", "Reçu", "Bonjour.");
    let json = |e: &Evenement| serde_json::to_string(e).unwrap();
    assert_eq!(
        json(&Evenement::MailRedige(ecrit.clone())),
        r#"{"type":"mail_redige","valeur":{"code":"statut_re.fr","objet":"Reçu","texte":"Bonjour."}}"#
    );
    ecrit.html = Some("<p>Bonjour.</p>".to_owned());
    assert_eq!(
        json(&Evenement::MailRedige(ecrit)),
        r#"{"type":"mail_redige","valeur":{"code":"statut_re.fr","objet":"Reçu","texte":"Bonjour.","html":"<p>Bonjour.</p>"}}"#
    );
    assert_eq!(
        json(&Evenement::Retiree(Cle::Mail("statut_re.fr".into()))),
        r#"{"type":"retiree","valeur":{"genre":"mail","code":"statut_re.fr"}}"#
    );
}
