//! The support's mailbox on a real Dovecot: read once, whatever is cut, marked, refused or too large.

use std::time::Duration;

use crate::dovecot::Dovecot;
use crate::faux::BoiteSansFin;
use crate::poste::{Monde, jusque, partie};
use crate::relais::Relais;

/// A mail about nothing a machine answers.
fn mail(rang: usize, texte: &str) -> Vec<u8> {
    format!(
        "Return-Path: <elise@ailleurs.example>\r\nFrom: elise@ailleurs.example\r\nTo: aide@univ.example\r\n\
         Subject: Question {rang}\r\nMessage-ID: <{rang}@ailleurs.example>\r\n\r\nQuestion {rang}\r\n{texte}\r\n"
    )
    .into_bytes()
}

/// S01, S03: what is not read yet is taken at the start, what comes is taken at once (IDLE), all of it once, also after a kill;
/// it is marked for people and stays unread. What people had read before is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn s01_une_boite_imap_est_relevee_une_fois_et_marquee() {
    let mut monde = Monde::new();
    let dovecot = Dovecot::poser(monde.ici()).demarrer();
    dovecot.deposer("aide", "1.a", &mail(1, "Bonjour"));
    dovecot.poser_fichier("aide", "cur/2.a:2,S", |place| {
        std::fs::write(place, mail(2, "dealt with last year")).unwrap();
    });
    monde.relever(&dovecot.url("aide"));
    let essai = monde.commande(&["check"]);
    let dit = String::from_utf8_lossy(&essai.stderr).into_owned();
    assert!(essai.status.success() && dit.contains("localhost"), "{dit}");
    assert!(dit.contains("2 mail(s)") && !dit.contains("passe"), "{dit}");
    let client = monde.demarrer();
    assert_eq!(monde.attendre(1).await, ["Question 1"]);
    dovecot.deposer("aide", "3.a", &mail(3, "Bonjour"));
    assert_eq!(monde.attendre(2).await, ["Question 1", "Question 3"]);
    assert_eq!(partie(&client, "support_imap").await, "ok");
    jusque("marked", async || {
        dovecot.mots_cles("aide").contains("$Postule")
    })
    .await;
    monde.tuer();
    dovecot.deposer("aide", "4.a", &mail(4, "Bonjour"));
    monde.demarrer();
    assert_eq!(monde.attendre(3).await.len(), 3);
    assert_eq!(monde.recus(), 3);
    let noms = dovecot.noms("aide");
    let marques: Vec<bool> = noms.iter().map(|n| n.ends_with('a')).collect();
    assert_eq!(marques, [true, false, true, true], "{noms:?}");
    assert!(
        noms.iter().filter(|n| n.contains('S')).count() == 1,
        "unread: {noms:?}"
    );
    // By STARTTLS, and to a server whose certificate nobody vouches for.
    for (imap, code, attendu) in [
        (dovecot.url_starttls("aide"), 0, "4 mail(s)"),
        (dovecot.url("aide").replace("?ca=", "?x="), 2, "tls et ca"),
        (sans_autorite(&dovecot.url("aide")), 2, "donnez l'autorité"),
    ] {
        let config = monde.ici().join("postule.toml");
        let texte = std::fs::read_to_string(&config).unwrap();
        let (avant, _) = texte.split_once("imap = ").unwrap();
        std::fs::write(config, format!("{avant}imap = {imap:?}\n")).unwrap();
        let essai = monde.commande(&["check"]);
        let dit = String::from_utf8_lossy(&essai.stderr).into_owned();
        assert_eq!(essai.status.code(), Some(code), "{imap}: {dit}");
        assert!(dit.contains(attendu) && !dit.contains("passe@"), "{dit}");
    }
}

fn sans_autorite(url: &str) -> String {
    url.split('?').next().unwrap().to_owned()
}

/// S01: a line that is cut again and again, in the middle of mails too, loses none and doubles none.
#[tokio::test(flavor = "multi_thread")]
async fn s01_une_ligne_coupee_ne_perd_ni_ne_double_aucun_mail() {
    let mut monde = Monde::new();
    let dovecot = Dovecot::poser(monde.ici()).demarrer();
    let relais = Relais::vers(dovecot.clair).await;
    let long = "une ligne parmi tant d'autres\r\n".repeat(2000);
    for rang in 0..30 {
        dovecot.deposer("aide", &format!("{rang:03}.a"), &mail(rang, &long));
    }
    // One that is fetched by pieces.
    dovecot.deposer("aide", "030.a", &mail(30, &long.repeat(50)));
    monde.relever(&Dovecot::url_claire("aide", relais.port));
    relais.couper_apres(400);
    monde.demarrer();
    for octets in [60_000, 1_000_000, 2_500_000] {
        jusque("the line is cut", async || relais.coupe()).await;
        relais.couper_apres(octets);
    }
    let demandes = monde.attendre(31).await;
    let attendues: Vec<String> = (0..31).map(|r| format!("Question {r}")).collect();
    assert_eq!(demandes, attendues, "S64: in the order they came in");
    assert_eq!(monde.recus(), 31);
    assert!(relais.compte().1 >= 4);
}

/// S08: a mail of 200 MB is not fetched; its author is told once, and it stays, flagged. A server that keeps no marks is read once all the same.
#[tokio::test(flavor = "multi_thread")]
async fn s08_un_mail_de_200_mo_reste_et_une_boite_sans_marques_est_lue_une_fois() {
    let mut monde = Monde::new();
    let dovecot = Dovecot::poser(monde.ici()).demarrer();
    let relais = Relais::vers(dovecot.clair).await;
    let octets: u64 = 200 << 20;
    for (qui, nom) in [("aide", "cur/1.a"), ("lecteur", "new/1.a")] {
        dovecot.poser_fichier(qui, &format!("{nom},S={octets},W={octets}"), |place| {
            std::fs::write(place, mail(1, "Voici tout.")).unwrap();
            let fichier = std::fs::OpenOptions::new().append(true).open(place);
            fichier.unwrap().set_len(octets).unwrap();
        });
    }
    monde.relever(&Dovecot::url_claire("aide", relais.port));
    monde.demarrer();
    monde.attendre(1).await;
    let reponses = || monde.partis("elise@ailleurs.example").len();
    jusque("told", async || reponses() == 1).await;
    assert!(relais.compte().0 < 200_000, "{:?}", relais.compte());
    jusque("flagged", async || dovecot.noms("aide")[0].contains(":2,F")).await;
    let traite = monde.faits("boite.");
    assert!(
        traite.iter().any(|(_, f)| f["recu"]["octets"] == octets),
        "{traite:?}"
    );
    monde.tuer();
    // The other mailbox keeps nothing we write.
    dovecot.deposer("lecteur", "2.a", &mail(2, "Bonjour"));
    let config = std::fs::read_to_string(monde.ici().join("postule.toml")).unwrap();
    let config = config.replace("imap://aide", "imap://lecteur");
    std::fs::write(monde.ici().join("postule.toml"), config).unwrap();
    for _ in 0..2 {
        let avant = relais.compte().0;
        let client = monde.demarrer();
        assert_eq!(monde.attendre(2).await.len(), 2);
        jusque("looked at", async || {
            partie(&client, "support_imap").await == "ok"
        })
        .await;
        jusque("read", async || relais.compte().0 > avant + 500).await;
        monde.tuer();
    }
    assert_eq!(
        monde.recus(),
        2,
        "the same mail in another mailbox is the same"
    );
    assert_eq!(monde.partis("elise@ailleurs.example").len(), 1);
    assert_eq!(dovecot.mots_cles("lecteur"), "");
}

/// S03, Q05: a mailbox that shows the same mail for ever gives one request and is not asked without end; one that is away, or says no,
/// is a line of the health page, and is read once it answers.
#[tokio::test(flavor = "multi_thread")]
async fn s03_une_boite_sans_fin_donne_une_demande_et_une_boite_absente_se_dit() {
    let mut monde = Monde::new();
    let sans_fin = BoiteSansFin::ouvrir().await;
    monde.relever(&Dovecot::url_claire("aide", sans_fin.port));
    monde.demarrer();
    monde.attendre(1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let donnes = sans_fin.donnes();
    assert!((3..20).contains(&donnes), "{donnes} in about two seconds");
    assert_eq!((monde.recus(), monde.demandes().len()), (1, 1));
    monde.tuer();
    let mut dovecot = Dovecot::poser(monde.ici());
    let config = std::fs::read_to_string(monde.ici().join("postule.toml")).unwrap();
    let config = config.replace(
        &format!(":{}/", sans_fin.port),
        &format!(":{}/", dovecot.clair),
    );
    let faux = config.replace("mot%2Fde+passe", "faux");
    std::fs::write(monde.ici().join("postule.toml"), &config).unwrap();
    let absente = monde.commande(&["check"]);
    let dit = String::from_utf8_lossy(&absente.stderr).into_owned();
    assert!(
        absente.status.success() && dit.contains("dès qu'elle répondra"),
        "{dit}"
    );
    let client = monde.demarrer();
    jusque("told", async || {
        partie(&client, "support_imap").await == "degrade"
    })
    .await;
    dovecot.deposer("aide", "5.a", &mail(5, "Bonjour"));
    dovecot = dovecot.demarrer();
    assert_eq!(monde.attendre(2).await.len(), 2);
    jusque("well again", async || {
        partie(&client, "support_imap").await == "ok"
    })
    .await;
    std::fs::write(monde.ici().join("postule.toml"), faux).unwrap();
    let refusee = monde.commande(&["check"]);
    let dit = String::from_utf8_lossy(&refusee.stderr).into_owned();
    assert_eq!(refusee.status.code(), Some(2), "{dit}");
    assert!(
        dit.contains("aide n'entre pas"),
        "{dit} {}",
        dovecot.journal()
    );
}

/// S02, S64: a mailbox full of unread mails is taken by pages: what the process holds does not grow with their number.
/// `POSTULE_NON_LUS=50000` tries it with as many.
#[tokio::test(flavor = "multi_thread")]
async fn s64_une_boite_pleine_se_releve_sans_remplir_la_memoire() {
    let voulus = std::env::var("POSTULE_NON_LUS").ok();
    let combien: usize = voulus.and_then(|n| n.parse().ok()).unwrap_or(1_500);
    let mut monde = Monde::new();
    let dovecot = Dovecot::poser(monde.ici()).demarrer();
    let texte = "Une question parmi tant d'autres, sur autre chose.\r\n".repeat(60);
    for rang in 0..combien {
        dovecot.deposer("aide", &format!("{rang:06}.a"), &mail(rang, &texte));
    }
    monde.relever(&dovecot.url("aide"));
    monde.demarrer();
    let debut = std::time::Instant::now();
    let pid = monde.pid();
    let (mut avant, mut releves) = (0, Vec::new());
    // Counted by their files: asking the journal would be work of that process, too.
    while avant < combien {
        tokio::time::sleep(Duration::from_secs(1 + combien as u64 / 5_000)).await;
        let pris = fichiers(&monde.ici().join("donnees/fichiers"));
        let releve = (debut.elapsed().as_secs(), pris, memoire(pid));
        println!("seconds, mails, (KiB now, KiB at most): {releve:?}");
        releves.push(releve);
        assert!(pris > avant, "{releves:?}");
        avant = pris;
    }
    let au_plus = memoire(pid).1;
    assert!(au_plus < MEMOIRE_MAX, "{releves:?}");
    assert_eq!(monde.recus(), combien);
}

/// Files in the folders of a folder.
fn fichiers(dossier: &std::path::Path) -> usize {
    let lire = |la: &std::path::Path| std::fs::read_dir(la).into_iter().flatten().flatten();
    lire(dossier).map(|d| lire(&d.path()).count()).sum()
}

/// What the process may hold at most, KiB: its own cache of pages (256 MiB) and its work.
const MEMOIRE_MAX: u64 = 512 * 1024;

/// What a process holds now and held at most, KiB.
fn memoire(pid: u32) -> (u64, u64) {
    let etat = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let lire = |nom: &str| {
        let ligne = etat.lines().find(|l| l.starts_with(nom)).unwrap();
        ligne.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (lire("VmRSS:"), lire("VmHWM:"))
}
