//! What becomes of one mail to the support: whose it is, what it goes on with, when it is answered, what its bounces say.

use actors::protocol::{
    Acte, ActeGestion, ActeSupport, FiltreDemandes, LigneDemande, Reponse, Requete,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::courrier::{Bureau, QUESTION};
use crate::pannes::Moment;

impl Bureau {
    async fn gerer(&self, acte: ActeGestion) -> Reponse {
        let session = self.monde.agent().await;
        let fait = self
            .monde
            .demander(Requete::Gestion { session, acte })
            .await;
        fait.unwrap_or_else(|faute| panic!("{faute:?}"))
    }

    async fn regler(&self, acte: ActeSupport) -> Reponse {
        self.gerer(ActeGestion::Support(acte)).await
    }

    /// Every request, as the team sees it.
    async fn demandes(&self) -> Vec<LigneDemande> {
        let filtre = FiltreDemandes {
            toutes: true,
            ..FiltreDemandes::default()
        };
        let reponse = self.gerer(ActeGestion::Demandes(Box::new(filtre))).await;
        let Reponse::ListeDemandes(page) = reponse else {
            panic!("{reponse:?}")
        };
        page.demandes
    }

    /// Events of one kind, with what they say.
    pub(crate) fn evenements(&self, genre: &str) -> Vec<Value> {
        let store = storage::Store::open(self.monde.kv.clone()).unwrap();
        let faits = store.records_after(0, 10_000).unwrap().into_iter();
        let lus = faits.map(|f| serde_json::from_slice::<Value>(&f.data).unwrap());
        lus.filter(|f| f["e"]["type"] == genre)
            .map(|f| f["e"].clone())
            .collect()
    }

    /// A validated account, and the tag of the mail that led to it.
    pub(crate) async fn valide(&self, qui: &str) -> String {
        self.monde.sans_profil(qui).await;
        let recus = self.boite.recus.lock().unwrap();
        recus.last().unwrap().etiquette.clone()
    }

    pub(crate) async fn arriver(&mut self, mail: &str) {
        self.livrer(mail).await;
        self.travailler().await;
    }
}

pub(crate) fn mail(de: &str, id: &str, reste: &str) -> String {
    format!("From: {de}\nTo: aide@univ.example\nMessage-ID: {id}@x\n{reste}")
}

/// S05: what cannot be read goes out of the way of the next, is seen with its error, and is played again after a fix.
#[tokio::test]
async fn s05_un_mail_illisible_n_arrete_pas_le_suivant_et_se_rejoue() {
    let mut bureau = Bureau::new().await;
    bureau.monde.recruter().await;
    bureau
        .livrer(&mail("x@ailleurs.example", "1", "Subject: Un\n\nillisible"))
        .await;
    bureau
        .livrer(&mail("y@ailleurs.example", "2", "Subject: Deux\n\nBonjour"))
        .await;
    bureau.travailler().await;
    let objets = |demandes: &[LigneDemande]| {
        let mut objets: Vec<String> = demandes.iter().map(|d| d.objet.clone()).collect();
        objets.sort();
        objets
    };
    assert_eq!(objets(&bureau.demandes().await), ["Deux"]);
    let Reponse::Quarantaine { mails } = bureau.regler(ActeSupport::Quarantaine).await else {
        panic!("no quarantine");
    };
    let [ecarte] = &mails[..] else {
        panic!("{mails:?}")
    };
    assert!(!ecarte.erreur.is_empty() && ecarte.porte == "tube");
    bureau.repare = true;
    bureau.demarrer(Moment::Jamais);
    let sha256 = ecarte.sha256.clone();
    bureau.regler(ActeSupport::Rejouer { sha256 }).await;
    bureau.travailler().await;
    assert_eq!(objets(&bureau.demandes().await), ["Deux", "Un"]);
    let Reponse::Quarantaine { mails } = bureau.regler(ActeSupport::Quarantaine).await else {
        panic!("no quarantine");
    };
    assert_eq!(mails, []);
}

/// S63: the switch stops every automatic answer at once, and mails are kept all the same.
#[tokio::test]
async fn s63_l_interrupteur_arrete_les_reponses_et_garde_les_mails() {
    let mut bureau = Bureau::new().await;
    bureau.monde.recruter().await;
    bureau
        .regler(ActeSupport::Automatique { actif: false })
        .await;
    bureau.arriver(QUESTION).await;
    assert_eq!(bureau.demandes().await.len(), 1);
    assert!(bureau.reponses().is_empty());
    bureau
        .regler(ActeSupport::Automatique { actif: true })
        .await;
    let autre = "Subject: Lien\nX-Seule: lien_expire\n\nMon lien aussi.";
    bureau
        .arriver(&mail("x@ailleurs.example", "2", autre))
        .await;
    assert_eq!(bureau.reponses().len(), 1);
}

/// S07: the same mail by a list, in Bcc, to another address of ours, and forwarded by a colleague, is one request, answered once.
#[tokio::test]
async fn s07_le_meme_mail_par_tous_les_chemins_est_une_demande() {
    let mut bureau = Bureau::new().await;
    bureau.monde.recruter().await;
    for chemin in [
        "",
        "Delivered-To: scolarite@univ.example\n",
        "List-Id: tous\nSender: liste@univ.example\n",
    ] {
        bureau.arriver(&format!("{chemin}{QUESTION}")).await;
    }
    let transfert = "Subject: TR: Lien\nReferences: q1@x\n\nVoir ci-dessous.";
    bureau
        .arriver(&mail("admin@univ.example", "t1", transfert))
        .await;
    assert_eq!(bureau.demandes().await.len(), 1);
    assert_eq!(
        bureau.evenements("message_recu").len(),
        1,
        "the colleague's note"
    );
    assert_eq!(bureau.reponses().values().sum::<usize>(), 1);
}

/// S25: whoever answers a mail of somebody else's thread gets a request of their own, which is flagged.
#[tokio::test]
async fn s25_le_fil_d_un_autre_ne_s_ouvre_pas_a_un_inconnu() {
    let mut bureau = Bureau::new().await;
    bureau.monde.recruter().await;
    bureau.arriver(QUESTION).await;
    let jeton = bureau.boite.reponses.lock().unwrap()[0].jeton.clone();
    let intrus =
        format!("To: aide+{jeton}@univ.example\nSubject: Re: Lien\nReferences: q1@x\n\nEt moi ?");
    bureau
        .arriver(&format!(
            "From: intrus@ailleurs.example\nMessage-ID: i1@x\n{intrus}"
        ))
        .await;
    assert_eq!(bureau.evenements("message_recu").len(), 0);
    let demandes = bureau.evenements("demande_recue");
    assert_eq!(demandes.len(), 2);
    let signalements = &demandes[1]["arrivee"]["signalements"];
    assert!(
        signalements.to_string().contains("autre_expediteur"),
        "{signalements}"
    );
    assert_eq!(
        bureau.reponses().len(),
        1,
        "nothing is said to who is no owner"
    );
    // The owner goes on with it by the same token, whatever the subject.
    let suite = format!("To: aide+{jeton}@univ.example\nSubject: Autre chose\n\nMerci, mais.");
    bureau
        .arriver(&format!(
            "From: elise@univ.example\nMessage-ID: s1@x\n{suite}"
        ))
        .await;
    assert_eq!(bureau.evenements("message_recu").len(), 1);
}

/// S36: who holds our answer back until we click is shown at that answer; nothing is clicked, nothing is answered.
#[tokio::test]
async fn s36_un_defi_se_voit_a_la_reponse_retenue() {
    let mut bureau = Bureau::new().await;
    bureau.arriver(QUESTION).await;
    let etiquette = bureau.boite.reponses.lock().unwrap()[0].etiquette.clone();
    let defi = format!(
        "Subject: Cliquez\nX-Defi: oui\nReferences: {etiquette}@univ.example\n\nhttps://clic.example"
    );
    bureau
        .arriver(&mail("robot@filtre.example", "d1", &defi))
        .await;
    let notes = bureau.evenements("envoi_note");
    let dernier = notes.last().unwrap();
    assert_eq!(dernier["envoi"]["etat"], "echec", "{notes:?}");
    assert_eq!(bureau.reponses().values().sum::<usize>(), 1);
    assert_eq!(bureau.evenements("demande_recue").len(), 1);
}

/// S42, S44: a full mailbox is said after the third report within a week, and no report is answered; an address that is unknown is said
/// at the first, and only of the address the mail went to (S41).
#[tokio::test]
async fn s42_une_boite_pleine_compte_et_s_oublie_une_adresse_inconnue_se_dit() {
    let elle = "karim@univ.example";
    let mut bureau = Bureau::new().await;
    let etiquette = bureau.valide(elle).await;
    let rapport = |id: &str, adresse: &str, doux: bool| {
        let doux = if doux { "X-Plus-Tard: oui\n" } else { "" };
        format!(
            "From: MAILER-DAEMON@mx\nTo: candidature+{etiquette}@univ.example\nMessage-ID: {id}@mx\nSubject: x\n\
             X-Rebond: {adresse}\n{doux}\nx {id}"
        )
    };
    let vus = |bureau: &Bureau| bureau.evenements("rebond_signale").len();
    bureau.arriver(&rapport("1", elle, true)).await;
    bureau.arriver(&rapport("2", elle, true)).await;
    assert_eq!(vus(&bureau), 0, "{:?}", bureau.faits());
    // What is a week old counts no more.
    bureau.monde.avancer(SignedDuration::from_hours(24 * 7 + 1));
    bureau.arriver(&rapport("3", elle, true)).await;
    bureau.arriver(&rapport("4", elle, true)).await;
    assert_eq!(vus(&bureau), 0);
    bureau.arriver(&rapport("5", elle, true)).await;
    assert_eq!(vus(&bureau), 1, "the third within a week");
    bureau
        .arriver(&rapport("6", "autre@univ.example", false))
        .await;
    assert_eq!(vus(&bureau), 1, "not where that mail went");
    assert!(bureau.reponses().is_empty());
    let mut bureau = Bureau::new().await;
    let etiquette = bureau.valide(elle).await;
    let dur = format!(
        "From: MAILER-DAEMON@mx\nTo: candidature+{etiquette}@univ.example\nMessage-ID: 1@mx\nSubject: x\nX-Rebond: {elle}\n\nx"
    );
    // Ten days are lately; eleven are not.
    bureau.monde.avancer(SignedDuration::from_hours(24 * 11));
    bureau.arriver(&dur).await;
    assert_eq!(vus(&bureau), 0);
    let mut bureau = Bureau::new().await;
    let autre = bureau.valide(elle).await;
    bureau.arriver(&dur.replace(&etiquette, &autre)).await;
    assert_eq!(vus(&bureau), 1);
}

/// S29, S30: a mail asks for another address, or to withdraw: nothing of the account changes, whoever is proved to have written it.
#[tokio::test]
async fn s30_aucun_acte_ne_part_d_un_mail() {
    let mut bureau = Bureau::new().await;
    let session = bureau.monde.candidat("karim@univ.example").await;
    let vue = bureau.monde.ouvrir(&session, "A2").await.unwrap();
    let avant = (
        bureau.monde.moi(&session).await,
        bureau.monde.lire(&session, &vue).await,
    );
    for (rang, texte) in [
        "Je me désiste de tout.",
        "Mon adresse est autre@univ.example.",
    ]
    .iter()
    .enumerate()
    {
        let reste =
            format!("Subject: Sujet {rang}\nX-Prouve: oui\nX-Seule: suivi_dossier\n\n{texte}");
        bureau
            .arriver(&mail("karim@univ.example", &rang.to_string(), &reste))
            .await;
    }
    let apres = (
        bureau.monde.moi(&session).await,
        bureau.monde.lire(&session, &vue).await,
    );
    assert_eq!(avant, apres);
    let _lu = bureau.monde.agir(&session, Acte::Moi).await.unwrap();
    assert!(
        bureau.reponses().keys().all(|a| a == "karim@univ.example"),
        "{:?}",
        bureau.reponses()
    );
}
