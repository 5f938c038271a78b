//! The campaign's definitions: what mails say, changed, refused with every fault, put back.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use domain::campagne::{
    Catalogue, Cle, CodeReponse, Evenement, Facts, FauteCampagne, MAX_HTML, MAX_OBJET, MAX_TEXTE,
    Modele, Sort, TexteMail, decide, suites,
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
    let codes: BTreeSet<TexteMailCode> = TexteMailCode::tous().collect();
    let textes = CodeMail::TOUS.len() + CodeReponse::TOUS.len() + 1;
    assert_eq!(codes.len(), 2 * textes, "each name is its own");
    for code in codes {
        let (modele, langue) = code.modele().unwrap();
        assert_eq!(TexteMailCode::de(modele, langue), code);
    }
    for faux in [
        "",
        "statut_re",
        "statut_re.de",
        "inconnu.fr",
        "STATUT_RE.fr",
        "cadre",
        "support_projet.de",
    ] {
        assert_eq!(TexteMailCode::from(faux).modele(), None, "{faux}");
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

/// An answer takes the subject of its request and is text alone; what surrounds every mail has no subject.
#[test]
fn une_reponse_n_est_qu_un_texte_et_le_cadre_n_a_pas_d_objet() {
    let mut catalogue = Catalogue::default();
    let avec = |code: &str, objet: &str, html: Option<&str>| {
        let html = html.map(str::to_owned);
        Evenement::MailRedige(TexteMail {
            html,
            ..texte(code, objet, "Bonjour.")
        })
    };
    let mut refus = |code: &str| fautes(changer(&mut catalogue, avec(code, "Objet", Some("<p>"))));
    assert_eq!(
        refus("support_suivi.fr"),
        ["objet:sans_objet", "html:sans_page"]
    );
    assert_eq!(refus("cadre.en"), ["objet:sans_objet"]);
    for juste in [
        avec("support_suivi.fr", "", None),
        avec("cadre.en", "", Some("<p>")),
    ] {
        assert_eq!(changer(&mut catalogue, juste).unwrap().len(), 1);
    }
    let vide = Evenement::MailRedige(texte("cadre.fr", "", " "));
    assert_eq!(fautes(changer(&mut catalogue, vide)), ["texte:manquant"]);
    let connu = catalogue.texte_mail(CodeReponse::Suivi, Langue::Fr);
    assert_eq!(connu.unwrap().texte, "Bonjour.");
    assert_eq!(catalogue.texte_mail(Modele::Cadre, Langue::Fr), None);
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
