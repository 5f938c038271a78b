//! Whose a mail is held to be, what is said to whom, and whose mail came back.

use std::sync::{Arc, Mutex};

use actors::support::{Faits, Lecteur, Lecture, OptionsSupport};
use domain::campagne::{CodeReponse, TexteMail};
use domain::effet::CodeMail;
use domain::langue::Langue;
use jiff::SignedDuration;
use serde_json::Value;

use crate::boite::mail;
use crate::commun::instant;
use crate::courrier::{Bureau, LecteurSimple};

const LUI: &str = "karim@univ.example";

/// Remembers the facts each text was written from.
struct Temoin(LecteurSimple, Arc<Mutex<Vec<(String, Faits)>>>);

impl Lecteur for Temoin {
    fn lire(&self, octets: &[u8], enveloppe: &[String]) -> Lecture {
        self.0.lire(octets, enveloppe)
    }
    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture {
        self.0.lire_texte(objet, texte)
    }
    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        langue: Langue,
        faits: &Faits,
    ) -> Result<String, String> {
        let dit = (modele.nom().to_owned(), faits.clone());
        self.1.lock().unwrap().push(dit);
        self.0.rediger(modele, propre, langue, faits)
    }
}

/// What the next mails are answered from.
async fn temoin(bureau: &Bureau) -> Arc<Mutex<Vec<(String, Faits)>>> {
    let dits = Arc::new(Mutex::new(Vec::new()));
    let lecteur = Temoin(LecteurSimple { repare: false }, dits.clone());
    // The first reader of a process stays.
    let _tri = bureau
        .tri_avec(Arc::new(lecteur), OptionsSupport::default())
        .await;
    dits
}

fn arrivee(bureau: &Bureau) -> Value {
    bureau.evenements("demande_recue").pop().unwrap()["arrivee"].clone()
}

/// S23: a number in a mail is a hint for the person who reads: it proves nothing, opens nothing, is answered by nobody alone.
#[tokio::test]
async fn s23_un_numero_cite_n_est_qu_un_indice() {
    let mut bureau = Bureau::new().await;
    let session = bureau.monde.candidat(LUI).await;
    let moi = bureau.monde.moi(&session).await;
    let cite = format!(
        "Subject: Suivi\nX-Seule: suivi_dossier\nX-Prouve: oui\nX-Numero: {}\n\nOù en est-il ?",
        moi.numero
    );
    bureau
        .arriver(&mail("x@ailleurs.example", "1", &cite))
        .await;
    let inconnu = arrivee(&bureau);
    assert_eq!(inconnu["rattachement"]["surete"], "indice", "{inconnu}");
    assert_eq!(inconnu["rattachement"]["raisons"][0], "numero_cite");
    assert_eq!(inconnu["signalements"][0], "expediteur_inconnu");
    // One who is proved to be somebody else stays that one, and the number is flagged (S25).
    bureau.valide("zoe@univ.example").await;
    bureau.arriver(&mail("zoe@univ.example", "2", &cite)).await;
    let zoe = arrivee(&bureau);
    assert_eq!(zoe["rattachement"]["surete"], "authentifiee", "{zoe}");
    assert_ne!(
        zoe["rattachement"]["candidat"],
        inconnu["rattachement"]["candidat"]
    );
    assert_eq!(zoe["signalements"][0], "autre_expediteur");
    assert!(bureau.reponses().is_empty());
}

/// S24: an address is one however it is written; another address, as like as it may be, is another person's.
#[tokio::test]
async fn s24_une_adresse_se_compare_sans_sa_forme() {
    let mut bureau = Bureau::new().await;
    bureau.valide(LUI).await;
    let texte = |rang: usize| format!("Subject: Sujet {rang}\nX-Prouve: oui\n\nTexte {rang}.");
    for (rang, (de, surete)) in [
        ("KARIM@Univ.Example", "authentifiee"),
        ("karim@univ.example", "authentifiee"),
        // Letters that only look the same.
        ("ｋarim@univ.example", "aucune"),
        ("karim+etu@univ.example", "aucune"),
        ("karim@etu.univ.example", "aucune"),
        ("kаrim@univ.example", "aucune"),
    ]
    .iter()
    .enumerate()
    {
        bureau
            .arriver(&mail(de, &rang.to_string(), &texte(rang)))
            .await;
        let recue = arrivee(&bureau);
        assert_eq!(recue["rattachement"]["surete"], *surete, "{de}: {recue}");
    }
}

/// S26, S29: who asks for the answer somewhere else is shown to a person; nothing goes there, or anywhere, alone.
#[tokio::test]
async fn s26_une_reponse_demandee_ailleurs_n_y_va_pas_seule() {
    let mut bureau = Bureau::new().await;
    let question = "Subject: Lien\nX-Seule: lien_expire\nX-Prouve: oui\n\nMon lien est mort.";
    let ailleurs = format!("Reply-To: autre@ailleurs.example\n{question}");
    bureau
        .arriver(&mail("elise@univ.example", "1", &ailleurs))
        .await;
    assert_eq!(arrivee(&bureau)["signalements"][0], "reponse_ailleurs");
    assert!(bureau.reponses().is_empty());
    let liens = |bureau: &Bureau| bureau.monde.mails(CodeMail::CptMinLienValidOublie);
    assert!(liens(&bureau).is_empty());
}

/// S27, S28: who is not proved is told the same, and asked the same, whether there is an account or not.
#[tokio::test]
async fn s27_un_inconnu_n_apprend_pas_s_il_y_a_un_compte() {
    let mut bureau = Bureau::new().await;
    bureau.monde.candidat(LUI).await;
    let dits = temoin(&bureau).await;
    let question = "Subject: Lien\nX-Seule: lien_expire\n\nMon lien est mort.";
    bureau.arriver(&mail(LUI, "1", question)).await;
    let connu = std::mem::take(&mut *dits.lock().unwrap());
    bureau
        .arriver(&mail("personne@univ.example", "2", question))
        .await;
    let inconnu = std::mem::take(&mut *dits.lock().unwrap());
    assert!(!connu.is_empty());
    assert_eq!(connu, inconnu);
    assert_eq!(bureau.reponses().len(), 2);
    assert_eq!(bureau.monde.mails(CodeMail::CptMinLienValidOublie).len(), 0);
}

/// S29, S54: the facts come first: a link leaves for an account that waits for one, to the address on file, and none for one that
/// is validated; who asks where the dossier stands is told what is missing.
#[tokio::test]
async fn s54_les_faits_sont_regardes_avant_la_reponse() {
    let mut bureau = Bureau::new().await;
    let session = bureau.monde.candidat(LUI).await;
    bureau.monde.ouvrir(&session, "A2").await.unwrap();
    let dits = temoin(&bureau).await;
    let demander = |classe: &str| {
        format!("Subject: {classe}\nX-Seule: {classe}\nX-Prouve: oui\n\nUne question de {classe}.")
    };
    let mut faits_de = Vec::new();
    for (rang, (de, classe)) in [
        ("elise@univ.example", "lien_expire"),
        (LUI, "lien_expire"),
        (LUI, "suivi_dossier"),
    ]
    .iter()
    .enumerate()
    {
        bureau
            .arriver(&mail(de, &rang.to_string(), &demander(classe)))
            .await;
        let lus = std::mem::take(&mut *dits.lock().unwrap());
        faits_de.push(lus.into_iter().next_back().unwrap());
    }
    let [elise, karim, suivi] = &faits_de[..] else {
        panic!("{faits_de:?}")
    };
    assert!(elise.1.lien_envoye && !elise.1.valide, "{elise:?}");
    assert!(!karim.1.lien_envoye && karim.1.valide, "{karim:?}");
    assert_eq!(suivi.0, "support_suivi");
    assert_eq!(suivi.1.dossiers.len(), 1);
    assert!(!suivi.1.dossiers[0].manquantes.is_empty(), "{suivi:?}");
    let liens = bureau.monde.mails(CodeMail::CptMinLienValidOublie);
    let a: Vec<&str> = liens.iter().map(|c| c.a.as_str()).collect();
    assert_eq!(a, ["elise@univ.example"]);
}

/// S48: what comes with a mail stays with the mail: no dossier has it.
#[tokio::test]
async fn s48_une_piece_recue_par_mail_n_entre_dans_aucun_dossier() {
    let mut bureau = Bureau::new().await;
    let session = bureau.monde.candidat(LUI).await;
    let vue = bureau.monde.ouvrir(&session, "A2").await.unwrap();
    let avant = bureau.monde.lire(&session, &vue).await;
    let reste = format!(
        "Subject: Mon relevé {}\nX-Prouve: oui\nX-Numero: {}\nX-Piece: releve.pdf\n\nVoici.",
        vue.id, vue.id
    );
    bureau.arriver(&mail(LUI, "1", &reste)).await;
    let recue = arrivee(&bureau);
    assert_eq!(
        recue["message"]["pieces"][0]["nom"], "releve.pdf",
        "{recue}"
    );
    assert_eq!(recue["rattachement"]["dossier"], vue.id.as_str());
    assert_eq!(bureau.monde.lire(&session, &vue).await, avant);
}

fn rapport(a: &str, id: &str, reste: &str) -> String {
    format!("From: MAILER-DAEMON@mx\nTo: {a}\nMessage-ID: {id}@mx\nSubject: x\n{reste}\n\nx {id}")
}

/// S40: the token of the envelope first, then the id of the mail that came back; what names several is believed of the first.
#[tokio::test]
async fn s40_le_jeton_de_l_enveloppe_vaut_avant_l_identifiant_rendu() {
    let mut bureau = Bureau::new().await;
    let sien = bureau.valide(LUI).await;
    let autre = bureau.valide("zoe@univ.example").await;
    let vus = |bureau: &Bureau| -> Vec<String> {
        let faits = bureau.evenements("rebond_signale").into_iter();
        faits
            .map(|f| f["rebond"]["mail"].as_str().unwrap().to_owned())
            .collect()
    };
    let verp = format!("candidature+{sien}@univ.example");
    let rendu = format!("X-Rebond: zoe@univ.example\nX-Joint: {autre}@univ.example");
    bureau.arriver(&rapport(&verp, "1", &rendu)).await;
    assert!(vus(&bureau).is_empty(), "that mail went to somebody else");
    bureau
        .arriver(&rapport("aide@univ.example", "2", &rendu))
        .await;
    assert_eq!(vus(&bureau), ["zoe@univ.example"]);
    let contredit = format!("X-Rebond: {LUI}\nX-Joint: {autre}@univ.example");
    bureau.arriver(&rapport(&verp, "3", &contredit)).await;
    assert_eq!(vus(&bureau), ["zoe@univ.example", LUI]);
    let cite = format!("X-Rebond: zoe@univ.example\nReferences: inconnu@x {autre}@univ.example");
    bureau
        .arriver(&rapport("aide@univ.example", "4", &cite))
        .await;
    let issues = bureau.evenements("traite");
    assert_eq!(issues.last().unwrap()["issue"], "rebond");
}

/// S43: who calls our mails unwanted gets no more reminders, and everything that is owed; a complaint about no mail of ours is nothing.
#[tokio::test]
async fn s43_une_plainte_arrete_les_rappels_et_rien_d_autre() {
    let mut bureau = Bureau::new().await;
    bureau.monde.recruter().await;
    let session = bureau.monde.candidat(LUI).await;
    let etiquette = bureau
        .boite
        .recus
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .etiquette
        .clone();
    bureau.monde.ouvrir(&session, "A2").await.unwrap();
    bureau.monde.relayer().await;
    for (id, jeton) in [("1", "faux"), ("2", etiquette.as_str())] {
        let a = format!("candidature+{jeton}@univ.example");
        bureau.arriver(&rapport(&a, id, "X-Plainte: oui")).await;
    }
    let issues: Vec<String> = bureau
        .evenements("traite")
        .iter()
        .map(|f| f["issue"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(issues, ["plainte inconnue", "plainte"]);
    let avant = bureau.boite.recus.lock().unwrap().len();
    // Past every reminder, and past the end: what happened is still told.
    *bureau.monde.horloge.0.lock().unwrap() = instant("2027-06-02T00:00:00Z");
    for _ in 0..3 {
        bureau.monde.avancer(SignedDuration::from_hours(1));
        bureau.monde.relayer().await;
    }
    let recus = bureau.boite.recus.lock().unwrap();
    let codes: Vec<CodeMail> = recus[avant..].iter().map(|c| c.code).collect();
    assert!(!codes.contains(&CodeMail::RelanceTransmission), "{codes:?}");
}

/// S44: the bounce of an automatic answer is seen at that answer, and produces no mail.
#[tokio::test]
async fn s44_le_rebond_d_une_reponse_ne_fait_partir_aucun_mail() {
    let mut bureau = Bureau::new().await;
    bureau.arriver(crate::courrier::QUESTION).await;
    let etiquette = bureau.boite.reponses.lock().unwrap()[0].etiquette.clone();
    let partis = |bureau: &Bureau| {
        bureau.boite.reponses.lock().unwrap().len() + bureau.boite.recus.lock().unwrap().len()
    };
    let avant = partis(&bureau);
    let rendu = format!("X-Rebond: elise@univ.example\nX-Joint: {etiquette}@univ.example");
    for id in ["1", "2"] {
        bureau
            .arriver(&rapport("aide@univ.example", id, &rendu))
            .await;
    }
    let notes = bureau.evenements("envoi_note");
    assert_eq!(notes.last().unwrap()["envoi"]["etat"], "echec", "{notes:?}");
    assert_eq!(partis(&bureau), avant);
    assert_eq!(bureau.evenements("demande_recue").len(), 1);
}
