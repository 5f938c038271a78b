//! Many mails at once, two machines that answer each other, and what leaves after its time.

use std::path::Path;

use crate::poste::{Monde, jusque};
use crate::support::{QUESTION, mail};

/// Into a folder Postule looks at; the names rise in the order of arrival.
fn deposer(monde: &Monde, nom: &str, mail: &[u8]) {
    let entree = monde.ici().join("entree");
    std::fs::create_dir_all(&entree).unwrap();
    let provisoire = entree.join(format!(".{nom}"));
    std::fs::write(&provisoire, mail).unwrap();
    std::fs::rename(provisoire, entree.join(format!("{nom}.eml"))).unwrap();
}

fn support(adresse: &str, reste: &str) -> String {
    format!(
        "addresses = [{adresse:?}]\nfolder = \"entree\"\nauthserv_id = \"mx.univ.example\"\n{reste}"
    )
}

/// S64: mails of an outage come at once: each becomes a request, in the order they came, and no more than 300 of all
/// senders together are answered within the hour.
#[tokio::test(flavor = "multi_thread")]
async fn s64_une_foule_est_absorbee_dans_l_ordre_sans_autant_de_reponses() {
    const FOULE: usize = 500;
    let mut monde = Monde::new();
    monde.configurer(&support("aide@univ.example", ""));
    for rang in 0..FOULE {
        let (de, id) = (
            format!("c{rang}@ailleurs.example"),
            format!("{rang}@ailleurs.example"),
        );
        deposer(
            &monde,
            &format!("{rang:05}"),
            &mail(&de, &id, &format!("Lien expiré {rang}"), QUESTION),
        );
    }
    monde.demarrer();
    let demandes = monde.attendre(FOULE).await;
    let attendues: Vec<String> = (0..FOULE).map(|r| format!("Lien expiré {r}")).collect();
    assert_eq!(demandes, attendues);
    let reponses = monde
        .faits("demande.")
        .into_iter()
        .filter(|(_, f)| f["type"] == "repondue");
    assert_eq!(reponses.count(), 300);
}

/// What one machine sends to another, taken there as a mail server would that drops the headers which say that nobody wrote it.
fn porter(de: &Monde, deja: usize, a: (&Monde, &str)) -> usize {
    let partis = de.partis(a.1);
    for (rang, mail) in partis.iter().enumerate().skip(deja) {
        let nus: String = mail
            .split_inclusive('\n')
            .filter(|l| {
                ![
                    "Auto-Submitted",
                    "X-Auto-Response",
                    "Precedence",
                    "X-Postule",
                ]
                .iter()
                .any(|n| l.starts_with(n))
            })
            .collect();
        deposer(a.0, &format!("retour{rang:03}"), nus.as_bytes());
    }
    partis.len()
}

/// S35: two of us that write to each other, over servers that take away every sign of it, stop by the second turn.
#[tokio::test(flavor = "multi_thread")]
async fn s35_deux_instances_qui_s_ecrivent_s_arretent_au_deuxieme_tour() {
    let (un, deux) = ("aide@un.example", "aide@deux.example");
    let (mut la, mut ici) = (Monde::new(), Monde::new());
    la.configurer(&support(un, ""));
    ici.configurer(&support(deux, ""));
    la.demarrer();
    ici.demarrer();
    deposer(
        &la,
        "1",
        &mail(deux, "1@deux.example", "Lien expiré", QUESTION),
    );
    jusque("the first answer", async || la.partis(deux).len() == 1).await;
    let (mut aller, mut retour) = (0, 0);
    for _ in 0..6 {
        aller = porter(&la, aller, (&ici, deux));
        retour = porter(&ici, retour, (&la, un));
        // Longer than a mail takes from the folder to its answer.
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    }
    assert!(ici.recus() >= 1, "the answer came to the other one");
    assert_eq!(aller, 1, "one answer to one address and subject");
    assert!(retour <= 1, "{retour}");
}

fn fichier(dossier: &Path, sha256: &str) -> bool {
    let (debut, reste) = sha256.split_at(2);
    dossier
        .join("donnees/fichiers")
        .join(debut)
        .join(reste)
        .exists()
}

/// S09: the bytes of a mail that is done with leave after their time, those of an open request stay; what became of the mail and its
/// hash stay, and nothing is missing to the journal.
#[tokio::test(flavor = "multi_thread")]
async fn s09_les_octets_partent_apres_leur_temps_la_decision_reste() {
    let mut monde = Monde::new();
    monde.configurer(&support("aide@univ.example", "keep_mails = \"PT1S\""));
    let merci = "Merci beaucoup, c'est réglé !\r\n";
    deposer(
        &monde,
        "1",
        &mail("a@ailleurs.example", "1@x", "Re: Dossier", merci),
    );
    deposer(
        &monde,
        "2",
        &mail(
            "b@ailleurs.example",
            "2@x",
            "Question",
            "Une question sur autre chose.",
        ),
    );
    monde.demarrer();
    monde.attendre(2).await;
    let recus = monde.faits("boite.");
    let demandes = monde.faits("demande.").into_iter();
    let sha256: Vec<String> = demandes
        .filter(|(_, fait)| fait["type"] == "demande_recue")
        .map(|(_, fait)| {
            fait["arrivee"]["message"]["sha256"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let [close, ouverte] = &sha256[..] else {
        panic!("{sha256:?}")
    };
    assert!(
        recus
            .iter()
            .any(|(flux, _)| *flux == format!("boite.{close}"))
    );
    assert!(fichier(monde.ici(), close) && fichier(monde.ici(), ouverte));
    // Housekeeping begins with the process.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    monde.tuer();
    monde.demarrer();
    jusque("gone", async || !fichier(monde.ici(), close)).await;
    assert!(fichier(monde.ici(), ouverte), "its request is open");
    let apres = monde.faits(&format!("boite.{close}"));
    let types: Vec<&str> = apres
        .iter()
        .map(|(_, f)| f["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["recu", "traite", "purge"]);
    let verifie = monde.commande(&["journal", "verify"]);
    assert!(
        verifie.status.success(),
        "{}",
        String::from_utf8_lossy(&verifie.stderr)
    );
}
