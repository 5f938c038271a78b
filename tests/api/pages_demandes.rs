//! The support desk, as a browser without JavaScript sees it: list, one request, what is done with it.

use std::time::Duration;

use fixtures::client::PATIENCE;

use crate::pages::{formulaire, page};
use crate::pages_gestion::{suivre, texte};
use crate::serveur::Serveur;

/// A mail as the demo's own server would bring it: it says whose domain was proved to have sent it.
pub(crate) fn mail(de: &str, prouve: bool, objet: &str, suite: &str) -> Vec<u8> {
    let domaine = de.rsplit('@').next().unwrap();
    let verdict = if prouve { "pass" } else { "fail" };
    format!(
        "Authentication-Results: demo.example; dmarc={verdict} header.from={domaine}\r\nFrom: {de}\r\n\
         To: candidature@demo.example\r\nSubject: {objet}\r\nMessage-ID: <{}@{domaine}>\r\nMIME-Version: 1.0\r\n{suite}",
        objet.len() * 1000 + suite.len()
    )
    .into_bytes()
}

pub(crate) const SIMPLE: &str =
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";

impl Serveur {
    /// Drops a mail into the folder the demo reads, whole at once.
    fn glisser(&self, nom: &str, mail: &[u8]) {
        let dossier = self.donnees.join("support");
        std::fs::create_dir_all(&dossier).unwrap();
        let provisoire = dossier.join(format!(".{nom}.eml"));
        std::fs::write(&provisoire, mail).unwrap();
        std::fs::rename(&provisoire, dossier.join(format!("{nom}.eml"))).unwrap();
    }

    /// Drops a mail into the folder the demo reads; waits for the request it becomes, by its subject. Its id.
    pub(crate) async fn ecrire_au_support(&self, mail: &[u8], objet: &str) -> String {
        self.glisser(&format!("{}-{}", objet.len(), mail.len()), mail);
        let support = self.agent("support").await;
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let liste = self.lire("/gestion/demandes?toutes=true", &support).await;
            let liste = liste.json();
            let mut demandes = liste["demandes"].as_array().unwrap().iter();
            if let Some(trouvee) = demandes.find(|d| d["objet"] == objet) {
                return trouvee["id"].as_str().unwrap().to_owned();
            }
            assert!(tokio::time::Instant::now() < fin, "no request « {objet} »");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

impl Serveur {
    /// The Message-ID of the mail that went to an address.
    async fn identifiant_du_mail(&self, a: &str) -> String {
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mails = std::fs::read_dir(self.donnees.join("mail"))
                .into_iter()
                .flatten()
                .flatten();
            let textes = mails.filter_map(|mail| std::fs::read_to_string(mail.path()).ok());
            let sien = textes
                .into_iter()
                .find(|texte| texte.contains(&format!("To: {a}")));
            let id = sien
                .as_deref()
                .and_then(|texte| texte.lines().find_map(|l| l.strip_prefix("Message-ID: ")));
            if let Some(id) = id {
                return id.trim().to_owned();
            }
            assert!(tokio::time::Instant::now() < fin, "no mail to {a}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// A page, once it says this.
    async fn page_avec(&self, chemin: &str, cookie: &str, mots: &str) -> String {
        let fin = tokio::time::Instant::now() + PATIENCE;
        loop {
            let vue = page(self, chemin, cookie).await;
            if vue.contains(mots) {
                return vue;
            }
            assert!(tokio::time::Instant::now() < fin, "no « {mots} » in {vue}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

/// S54, S59, S60, S65: read with all its facts, answered once although sent twice, noted where nobody outside reads.
#[tokio::test(flavor = "multi_thread")]
async fn s60_une_demande_se_lit_et_se_repond_depuis_sa_page() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    serveur.ouvrir(&elle, &formation).await;
    let corps = format!(
        "{SIMPLE}Bonjour, que me manque-t-il ? Et puis-je changer de nom ? Le délai finit aujourd'hui.\r\n"
    );
    let recu = mail("elle@univ.example", true, "Pièces à déposer", &corps);
    let id = serveur.ecrire_au_support(&recu, "Pièces à déposer").await;
    let cookie = serveur.poste("support").await;
    let liste = page(&serveur, "/gestion/demandes", &cookie).await;
    assert!(
        liste.contains(&format!("/gestion/demandes/{id}\"")) && liste.contains("elle@univ.example")
    );
    let chemin = format!("/gestion/demandes/{id}");
    let vue = page(&serveur, &chemin, &cookie).await;
    for attendu in [
        "que me manque-t-il",
        "Identité prouvée",
        "Compte validé",
        "Manque : ",
        "Lien de validation",
        "Prendre en charge",
        "Lire le mail en entier",
    ] {
        assert!(vue.contains(attendu), "{attendu}: {vue}");
    }
    assert!(!vue.contains("Nos mails à cette adresse reviennent"));
    let note = format!("{chemin}/notes");
    let secret = [("texte", "secret de l'équipe")];
    assert_eq!(
        suivre(&serveur, &vue, &note, &cookie, &secret).await.statut,
        303
    );
    let reponse = format!("{chemin}/reponse");
    let dit = [("texte", "Il manque votre CV."), ("version", "2")];
    let vide = [("texte", "  "), ("version", "2")];
    let refus = suivre(&serveur, &vue, &reponse, &cookie, &vide).await;
    assert_eq!(refus.statut, 422, "an empty answer is none");
    for _ in 0..2 {
        let envoye = suivre(&serveur, &vue, &reponse, &cookie, &dit).await;
        assert_eq!(envoye.statut, 303, "S60: {}", texte(&envoye));
    }
    let partis = serveur.mails_avec("Il manque votre CV.").await;
    assert_eq!(partis.len(), 1, "S60: pressed twice, sent once");
    assert!(!partis[0].contains("secret"), "S65");
    let lue = serveur.page_avec(&chemin, &cookie, "Partie le").await;
    assert!(lue.contains("secret de l&#39;équipe"));
    assert!(lue.contains("Thierry Benoît") || lue.contains("Sami Hennebelle"));
}

/// S59: two people on one request see each other; who answers second is told before anything leaves, and loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn s59_le_second_qui_repond_est_prevenu_et_ne_perd_rien() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let id = serveur.demande(&elle, "Mon dossier").await;
    let (un, deux) = (serveur.poste("support").await, serveur.poste("admin").await);
    let chemin = format!("/gestion/demandes/{id}");
    let vue = page(&serveur, &chemin, &un).await;
    let autre = page(&serveur, &chemin, &deux).await;
    assert!(autre.contains("Sami Hennebelle a ouvert cette demande"));
    let reponse = format!("{chemin}/reponse");
    let premier = [("texte", "Reponse du premier")];
    assert_eq!(
        suivre(&serveur, &vue, &reponse, &un, &premier).await.statut,
        303
    );
    assert_eq!(serveur.mails_avec("Reponse du premier").await.len(), 1);
    let second = [("texte", "Reponse du second")];
    let prevenu = suivre(&serveur, &autre, &reponse, &deux, &second).await;
    assert_eq!(prevenu.statut, 412);
    let prevenu = texte(&prevenu);
    assert!(
        prevenu.contains("Reponse du second"),
        "what was typed is there"
    );
    assert!(
        prevenu.contains("Reponse du premier"),
        "and what the other wrote"
    );
    let lue = page(&serveur, &chemin, &deux).await;
    assert!(!lue.contains("Reponse du second"), "nothing left");
    let quand_meme = suivre(&serveur, &prevenu, &reponse, &deux, &[]).await;
    assert_eq!(quand_meme.statut, 303);
    assert_eq!(serveur.mails_avec("Reponse du second").await.len(), 1);
    // Word of what became of an answer stops nobody.
    let vue = serveur.page_avec(&chemin, &un, "Partie le").await;
    let cloture = format!("{chemin}/cloture");
    let ancienne = serveur
        .lire(&chemin, &serveur.agent("support").await)
        .await
        .json();
    let faits = ancienne["historique"].as_array().unwrap().len();
    let avant_envoi = (faits - 1).to_string();
    let version = [("version", avant_envoi.as_str())];
    assert_eq!(ancienne["historique"][faits - 1]["quoi"], "envoi_note");
    let close = suivre(&serveur, &vue, &cloture, &un, &version).await;
    assert_eq!(close.statut, 303, "{}", texte(&close));
    assert!(page(&serveur, &chemin, &un).await.contains("Rouvrir"));
}

/// S59, S65: taken, given, merged, split, tied and reclassified from the page; people are not mixed.
#[tokio::test(flavor = "multi_thread")]
async fn s59_une_demande_se_prend_se_reunit_et_se_separe() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let lui = serveur.candidat("lui@univ.example").await;
    let une = serveur.demande(&elle, "Première").await;
    let deux = serveur.demande(&elle, "Seconde").await;
    let la_sienne = serveur.demande(&lui, "De lui").await;
    let cookie = serveur.poste("support").await;
    let faire = async |id: &str, acte: &str, plus: &[(&str, &str)]| {
        let chemin = format!("/gestion/demandes/{id}");
        let vue = page(&serveur, &chemin, &cookie).await;
        suivre(&serveur, &vue, &format!("{chemin}/{acte}"), &cookie, plus).await
    };
    assert_eq!(
        faire(&une, "responsable", &[("a", "moi")]).await.statut,
        303
    );
    let miennes = page(&serveur, "/gestion/demandes?responsable=moi", &cookie).await;
    assert!(miennes.contains(&une) && !miennes.contains(&deux));
    let melange = faire(&la_sienne, "fusion", &[("dans", &une)]).await;
    assert_eq!(melange.statut, 409, "S65: two people");
    let reunie = faire(&deux, "fusion", &[("dans", &une)]).await;
    assert_eq!(
        reunie.entetes["location"],
        format!("/gestion/demandes/{une}").as_str()
    );
    let vue = page(&serveur, &format!("/gestion/demandes/{deux}"), &cookie).await;
    assert!(vue.contains("La suite est dans une autre demande"));
    let vue = serveur
        .lire(
            &format!("/gestion/demandes/{une}"),
            &serveur.agent("support").await,
        )
        .await
        .json();
    let message = vue["messages"][1]["id"].as_str().unwrap().to_owned();
    let separee = faire(&une, "scission", &[("messages", &message)]).await;
    assert_eq!(separee.statut, 303);
    let classes = [("classes", "ine"), ("classes", "handicap")];
    assert_eq!(faire(&une, "classes", &classes).await.statut, 303);
    let filtree = page(&serveur, "/gestion/demandes?classe=handicap", &cookie).await;
    assert!(filtree.contains(&une) && filtree.contains("Handicap (1)"));
    let date = [("le", "2100-01-01T12:00")];
    assert_eq!(faire(&une, "echeance", &date).await.statut, 303);
    let numero = serveur.lire("/moi", &lui).await.json()["numero"].clone();
    let numero = [("candidat", numero.as_str().unwrap()), ("dossier", "")];
    assert_eq!(faire(&la_sienne, "rattachement", &numero).await.statut, 303);
    assert_eq!(faire(&une, "cloture", &[]).await.statut, 303);
    assert_eq!(faire(&une, "reouverture", &[]).await.statut, 303);
    let vue = page(&serveur, &format!("/gestion/demandes/{une}"), &cookie).await;
    for fait in [
        "Close",
        "Rouverte",
        "Échéance déplacée",
        "Classement corrigé",
    ] {
        assert!(vue.contains(fait), "{fait}");
    }
    let faux = [("preuve", "0")];
    assert_eq!(faire(&une, "cloture", &faux).await.statut, 403, "Q14");
    let inconnu = formulaire(
        &serveur,
        &format!("/gestion/demandes/{une}/rien"),
        &cookie,
        &[("preuve", &crate::pages::preuve(&vue))],
    )
    .await;
    assert_eq!(inconnu.statut, 404);
}

/// S25, S45–S49: what a stranger claims is flagged; attachments are taken under safe names, never shown in the page.
#[tokio::test(flavor = "multi_thread")]
async fn s45_une_piece_jointe_se_prend_sous_un_nom_sur_et_ne_s_affiche_pas() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let numero = numero.as_str().unwrap();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let suite = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{SIMPLE}Je suis le candidat {numero}, <b>urgent</b>.\r\n\
         --b\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=\"../../../etc/../dessin.svg\"\r\n\r\n{svg}\r\n--b--\r\n"
    );
    let recu = mail("inconnu@ailleurs.example", false, "Mon dossier svp", &suite);
    let id = serveur.ecrire_au_support(&recu, "Mon dossier svp").await;
    let cookie = serveur.poste("support").await;
    let chemin = format!("/gestion/demandes/{id}");
    let vue = page(&serveur, &chemin, &cookie).await;
    assert!(vue.contains("le numéro cité ne prouve rien"), "S25: {vue}");
    assert!(
        vue.contains("n&#39;écrivez rien de personnel")
            || vue.contains("n'écrivez rien de personnel"),
        "S28"
    );
    assert!(
        vue.contains("&#60;b&#62;urgent&#60;/b&#62;"),
        "a text is a text"
    );
    assert!(!vue.contains("etc/"), "S45");
    let mut liens = vue.split("href=\"");
    let lien = liens.find(|l| l.contains("/pieces/0\"")).unwrap();
    let lien = lien.split('"').next().unwrap();
    let prendre = async |lien: &str, cookie: &str| {
        serveur
            .envoyer("GET", lien, &[("cookie", cookie)], vec![])
            .await
    };
    let piece = prendre(lien, &cookie).await;
    assert_eq!(piece.statut, 200);
    let pose = piece.entetes["content-disposition"].to_str().unwrap();
    assert!(
        pose.starts_with("attachment") && pose.contains("dessin.svg"),
        "S49: {pose}"
    );
    assert_eq!(piece.entetes["x-content-type-options"], "nosniff");
    assert!(
        piece.entetes["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("sandbox")
    );
    assert!(piece.octets.starts_with(b"<svg"));
    let message = lien.split("/pieces/").next().unwrap();
    let entier = page(&serveur, message, &cookie).await;
    assert!(entier.contains("inconnu@ailleurs.example") && entier.contains(numero));
    let original = prendre(&format!("{message}/original"), &cookie).await;
    assert_eq!(&original.octets[..], &recu[..], "S01: byte for byte");
    let droit = serveur.poste("droit").await;
    for ailleurs in [lien, message, chemin.as_str()] {
        assert_eq!(
            prendre(ailleurs, &droit).await.statut,
            404,
            "Q15: {ailleurs}"
        );
    }
    let trace = serveur
        .lire("/gestion/audit", &serveur.agent("admin").await)
        .await;
    let trace = String::from_utf8_lossy(&trace.octets).into_owned();
    assert!(
        trace.contains("voir_original") && trace.contains("voir_demande"),
        "S62"
    );
}

const EXPIRE: &str = "Bonjour,\r\nJ'ai voulu cliquer sur le lien de validation ce matin mais un message m'indique qu'il a expiré. \
     Pouvez-vous m'en envoyer un autre ?\r\nMerci\r\n";

/// S63, S61, S05: the switch stops every automatic answer at once, mails go on being stored; the figures say so.
#[tokio::test(flavor = "multi_thread")]
async fn s63_l_interrupteur_arrete_toutes_les_reponses_automatiques() {
    let serveur = Serveur::new().await;
    let cookie = serveur.poste("support").await;
    let boite = "/gestion/demandes/boite";
    let vue = page(&serveur, boite, &cookie).await;
    assert!(vue.contains("En marche") && vue.contains("Aucun mail en quarantaine"));
    let arret = suivre(&serveur, &vue, boite, &cookie, &[]).await;
    assert_eq!(arret.statut, 303);
    let arretee = page(&serveur, boite, &cookie).await;
    assert!(arretee.contains("Arrêtées"));
    let question = |de: &str, objet: &str| mail(de, true, objet, &format!("{SIMPLE}{EXPIRE}"));
    let muette = question("un@ailleurs.example", "Lien perime");
    let muette = serveur.ecrire_au_support(&muette, "Lien perime").await;
    // Mails are done with in their order: once the second is there, the first is done with.
    let seconde = question("deux@ailleurs.example", "Lien encore");
    serveur.ecrire_au_support(&seconde, "Lien encore").await;
    let agent = serveur.agent("support").await;
    let lire = async |id: &str| {
        let chemin = format!("/gestion/demandes/{id}");
        serveur.lire(&chemin, &agent).await.json()
    };
    assert_eq!(lire(&muette).await["messages"].as_array().unwrap().len(), 1);
    let reprise = suivre(&serveur, &arretee, boite, &cookie, &[]).await;
    assert_eq!(reprise.statut, 303);
    let parlante = question("trois@ailleurs.example", "Lien mort");
    let parlante = serveur.ecrire_au_support(&parlante, "Lien mort").await;
    for _ in 0..200 {
        if lire(&parlante).await["etat"] == "en_attente" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(
        lire(&parlante).await["messages"][1]["par"]["qui"],
        "automate"
    );
    let vue = page(&serveur, boite, &cookie).await;
    assert!(vue.contains("1 (100 %)"), "S61: answered alone: {vue}");
    let chemin = format!("{boite}/{}", "0".repeat(64));
    let absent = serveur
        .envoyer("GET", &chemin, &[("cookie", &cookie)], vec![])
        .await;
    assert_eq!(absent.statut, 404);
    let rejeu = [
        ("preuve", crate::pages::preuve(&vue)),
        ("sha256", "0".repeat(64)),
    ];
    let rejeu: Vec<(&str, &str)> = rejeu.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let rejeu = formulaire(&serveur, &format!("{boite}/rejeu"), &cookie, &rejeu).await;
    assert_eq!(rejeu.statut, 404);
    let droit = serveur.poste("droit").await;
    for prive in [boite, "/gestion/demandes/courrier"] {
        let refus = serveur
            .envoyer("GET", prive, &[("cookie", &droit)], vec![])
            .await;
        assert_eq!(refus.statut, 403, "Q15: {prive} is of the whole university");
    }
    let sienne = page(&serveur, "/gestion/demandes", &droit).await;
    assert!(
        !sienne.contains(boite),
        "what one may not open is not offered"
    );
}

/// S42: the fate of the mails, by provider; the figures of a provider alone; the same by the API.
#[tokio::test(flavor = "multi_thread")]
async fn s42_le_courrier_se_compte_par_fournisseur() {
    let serveur = Serveur::new().await;
    serveur.candidat("elle@univ.example").await;
    serveur.inscrire("elle@autre.example").await;
    let cookie = serveur.poste("support").await;
    let agent = serveur.agent("support").await;
    let mut lu = serveur.lire("/gestion/courrier", &agent).await.json();
    for _ in 0..200 {
        if lu["tous"]["envoyes"] == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        lu = serveur.lire("/gestion/courrier", &agent).await.json();
    }
    assert_eq!(
        (&lu["tous"]["total"], &lu["tous"]["envoyes"]),
        (&2.into(), &2.into()),
        "{lu}"
    );
    let vue = page(&serveur, "/gestion/demandes/courrier", &cookie).await;
    assert!(
        vue.contains("autre.example") && vue.contains("Aucune adresse n&#39;est refusée")
            || vue.contains("Aucune adresse n'est refusée")
    );
    // Answers of the desk and mails to staff count as well.
    let recu = mail(
        "lui@reponse.example",
        true,
        "Une question",
        &format!("{SIMPLE}Bonjour, une question."),
    );
    let demande = serveur.ecrire_au_support(&recu, "Une question").await;
    let texte = serde_json::json!({ "texte": "Une réponse." });
    let chemin = format!("/gestion/demandes/{demande}/reponse");
    let repondue = serveur.demander("POST", &chemin, &agent, texte).await;
    assert!(repondue.statut.is_success(), "{}", repondue.statut);
    let admin = serveur.agent("admin").await;
    let nouveau = serde_json::json!({
        "mail": "neuf@interne.example", "nom": "Neuf", "prenom": "Anne", "roles": ["support"],
    });
    let invite = serveur
        .demander("POST", "/gestion/personnel", &admin, nouveau)
        .await;
    assert!(
        invite.statut.is_success(),
        "{}",
        String::from_utf8_lossy(&invite.octets)
    );
    for domaine in ["reponse.example", "interne.example"] {
        let chemin = format!("/gestion/courrier?domaine={domaine}");
        let mut envoyes = serde_json::Value::Null;
        for _ in 0..200 {
            let lu = serveur.lire(&chemin, &agent).await.json();
            envoyes = lu["tous"]["envoyes"].clone();
            if envoyes == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(envoyes, 1, "{domaine}");
    }
    let un = serveur
        .lire("/gestion/courrier?domaine=autre.example&jours=7", &agent)
        .await
        .json();
    assert_eq!(un["fournisseurs"].as_array().unwrap().len(), 1);
    let un = page(
        &serveur,
        "/gestion/demandes/courrier?domaine=autre.example",
        &cookie,
    )
    .await;
    assert!(!un.contains("univ.example"));
}

/// S42: an invitation that came back is seen where mails are counted, with the server's words.
#[tokio::test(flavor = "multi_thread")]
async fn s42_une_invitation_revenue_se_voit_avec_le_courrier() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let nouveau = serde_json::json!({
        "mail": "perdue@interne.example", "nom": "Perdue", "prenom": "Anne", "roles": ["support"],
    });
    let invite = serveur
        .demander("POST", "/gestion/personnel", &admin, nouveau)
        .await;
    assert!(invite.statut.is_success(), "{}", invite.statut);
    let cookie = serveur.poste("support").await;
    let chemin = "/gestion/demandes/courrier?domaine=interne.example";
    let avant = page(&serveur, chemin, &cookie).await;
    assert!(avant.contains("Tous sont arriv"), "{avant}");
    let id = serveur.identifiant_du_mail("perdue@interne.example").await;
    let rapport = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.interne.example\r\nTo: candidature@demo.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <retour@mx.interne.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.interne.example\r\n\r\n\
         Final-Recipient: rfc822; perdue@interne.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 personne de ce nom ici\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nTo: perdue@interne.example\r\n\r\n--b--\r\n"
    );
    serveur.glisser("retour", rapport.as_bytes());
    let vue = serveur
        .page_avec(chemin, &cookie, "personne de ce nom ici")
        .await;
    assert!(vue.contains("perdue@interne.example"), "{vue}");
    let lu = serveur
        .lire("/gestion/courrier?domaine=interne.example", &admin)
        .await
        .json();
    assert_eq!(lu["tous"]["refuses"], 1, "{lu}");
    assert_eq!(lu["non_remis"][0]["refuse"], true, "{lu}");
}
