//! Mails to the support, whatever dies beside them and however they come: twice, in another order, by two workers
//! at once. Each gives one request and at most one answer (S02–S06, Q02).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actors::protocol::{Faute, Reponse, Requete};
use actors::support::{Faits, Lecteur, Lecture, NatureMail, OptionsSupport, Rebondi, Tri};
use domain::campagne::{CodeReponse, TexteMail};
use domain::demande::PieceRecue;
use domain::ids::ClasseCode;
use domain::langue::Langue;
use jiff::SignedDuration;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use storage::blobs::Blobs;
use storage::{MemoryKv, Store};

use crate::commun::{Boite, Monde};
use crate::pannes::{Destin, Moment, ouvrir};

/// Reads mails of plain headers; the real reading is of the edge, and has its own tests.
pub(crate) struct LecteurSimple {
    /// It reads what it could not read before.
    pub(crate) repare: bool,
}

fn entete<'a>(mail: &'a str, nom: &str) -> Option<&'a str> {
    let lignes = mail.split("\n\n").next().unwrap_or_default().lines();
    let mut champs = lignes.filter_map(|l| l.split_once(": "));
    champs.find(|(n, _)| *n == nom).map(|(_, v)| v)
}

fn piece(nom: &str) -> PieceRecue {
    PieceRecue {
        nom: nom.to_owned(),
        genre: "application/pdf".to_owned(),
        octets: 1000,
    }
}

impl Lecteur for LecteurSimple {
    fn lire(&self, octets: &[u8], _enveloppe: &[String]) -> Lecture {
        let mail = std::str::from_utf8(octets).unwrap();
        let lire = |nom: &str| entete(mail, nom).unwrap_or_default().to_owned();
        let texte = mail.split_once("\n\n").map_or("", |(_, t)| t).to_owned();
        assert!(
            self.repare || !texte.contains("illisible"),
            "this mail cannot be read"
        );
        let mots = |nom: &str| lire(nom).split_whitespace().map(str::to_owned).collect();
        let automatique = entete(mail, "X-Seule").map(ClasseCode::new);
        let rebond = entete(mail, "X-Rebond").map(|adresse| Rebondi {
            adresse: adresse.to_owned(),
            permanent: entete(mail, "X-Plus-Tard").is_none(),
            raison: "5.1.1 unknown".to_owned(),
        });
        Lecture {
            nature: if entete(mail, "X-Plainte").is_some() {
                NatureMail::PlainteFbl
            } else if rebond.is_some() {
                NatureMail::Rebond
            } else if entete(mail, "X-Defi").is_some() {
                NatureMail::Robot
            } else {
                NatureMail::Demande
            },
            defi: entete(mail, "X-Defi").is_some(),
            de: lire("From"),
            destinataires: mots("To"),
            objet: lire("Subject"),
            objet_nu: lire("Subject").replace("Re: ", ""),
            empreinte: format!("{}{}{texte}", lire("From"), lire("Subject")),
            texte,
            message_id: entete(mail, "Message-ID").map(str::to_owned),
            references: mots("References"),
            joints: mots("X-Joint"),
            numeros: mots("X-Numero"),
            repondre_a: entete(mail, "Reply-To").map(str::to_owned),
            pieces: entete(mail, "X-Piece").map(piece).into_iter().collect(),
            repondable: true,
            authentifie: entete(mail, "X-Prouve").is_some(),
            automatique,
            rebonds: rebond.into_iter().collect(),
            ..Lecture::default()
        }
    }

    fn lire_texte(&self, objet: &str, texte: &str) -> Lecture {
        self.lire(format!("Subject: {objet}\n\n{texte}").as_bytes(), &[])
    }

    fn rediger(
        &self,
        modele: CodeReponse,
        propre: Option<&TexteMail>,
        _: Langue,
        faits: &Faits,
    ) -> Result<String, String> {
        let dit = propre.map_or(modele.nom(), |propre| propre.texte.as_str());
        Ok(format!("{dit} {}", faits.objet))
    }
}

/// Doors, sorting and post, over as many processes as it takes.
pub(crate) struct Bureau {
    kv: Arc<MemoryKv>,
    pub(crate) boite: Arc<Boite>,
    destin: Arc<Destin>,
    dossier: tempfile::TempDir,
    pub(crate) monde: Monde,
    redemarrages: usize,
    pub(crate) repare: bool,
}

impl Bureau {
    pub(crate) async fn new() -> Self {
        let (kv, boite) = (Arc::new(MemoryKv::default()), Arc::new(Boite::default()));
        let destin = Destin::new(Moment::Jamais);
        let monde = ouvrir(&kv, &boite, &destin);
        monde.importer().await;
        monde.inscrire("elise@univ.example").await;
        Self {
            kv,
            boite,
            destin,
            dossier: tempfile::tempdir().unwrap(),
            monde,
            redemarrages: 0,
            repare: false,
        }
    }

    /// The next process, which ends at this moment.
    pub(crate) fn demarrer(&mut self, moment: Moment) {
        let maintenant = *self.monde.horloge.0.lock().unwrap();
        self.destin = Destin::new(moment);
        self.monde = ouvrir(&self.kv, &self.boite, &self.destin);
        *self.monde.horloge.0.lock().unwrap() = maintenant;
    }

    fn redemarrer(&mut self) {
        self.redemarrages += 1;
        assert!(self.redemarrages < 3, "a process that lives must not fail");
        self.demarrer(Moment::Jamais);
    }

    async fn blobs(&self) -> Blobs {
        Blobs::open(self.dossier.path()).await.unwrap()
    }

    async fn tri(&self) -> Tri {
        let simple = LecteurSimple {
            repare: self.repare,
        };
        self.tri_avec(Arc::new(simple), OptionsSupport::default())
            .await
    }

    /// With this reader; the first one of a process stays.
    pub(crate) async fn tri_avec(&self, lecteur: Arc<dyn Lecteur>, reste: OptionsSupport) -> Tri {
        self.monde.atelier.lire_avec(lecteur);
        let options = OptionsSupport {
            adresses: vec!["aide@univ.example".to_owned()],
            automatique: true,
            ..reste
        };
        self.monde.systeme.guichet.tri(self.blobs().await, options)
    }

    /// As a mail server does: again, until it is taken.
    pub(crate) async fn livrer(&mut self, mail: &str) {
        // The queue is in the order of arrival.
        self.monde.avancer(SignedDuration::from_secs(1));
        loop {
            let mut ecrivain = self.blobs().await.create(1 << 20).await.unwrap();
            ecrivain.write(mail.as_bytes()).await.unwrap();
            let range = ecrivain.finish().await.unwrap();
            let requete = Requete::RecevoirMail {
                sha256: range.sha256,
                octets: range.len,
                porte: "tube".to_owned(),
                destinataires: Vec::new(),
            };
            match self.monde.demander(requete).await {
                Ok(Reponse::Fait) => return,
                Err(Faute::Indisponible { .. } | Faute::Occupe { .. }) => self.redemarrer(),
                autre => panic!("{autre:?}"),
            }
        }
    }

    /// Sorts what waits and posts what is owed, over crashes.
    pub(crate) async fn travailler(&mut self) {
        loop {
            let tri = self.tri().await;
            let fait = match tri.tour().await {
                Ok(tries) => self.monde.systeme.relais.tour().await.map(|p| tries + p),
                Err(_) => Ok(1),
            };
            match fait {
                Ok(0) if !self.destin.mort() => return,
                Ok(_) if !self.destin.mort() => {}
                Ok(_) | Err(_) => self.redemarrer(),
            }
        }
    }

    /// Answers of ours by addressee; a repeat has the same id and says the same.
    pub(crate) fn reponses(&self) -> BTreeMap<String, usize> {
        let recus = self.boite.reponses.lock().unwrap();
        let mut par_id = BTreeMap::new();
        for reponse in recus.iter() {
            let premier = par_id.entry(&reponse.id).or_insert(reponse);
            assert_eq!(*premier, reponse, "a repeat says the same");
        }
        let mut par_adresse = BTreeMap::new();
        for reponse in par_id.values() {
            *par_adresse.entry(reponse.a.clone()).or_default() += 1;
        }
        par_adresse
    }

    /// Mails to candidates, each counted once.
    fn mails(&self) -> BTreeMap<String, usize> {
        let recus = self.boite.recus.lock().unwrap();
        let ids: BTreeSet<_> = recus
            .iter()
            .map(|c| (format!("{:?}", c.code), &c.id))
            .collect();
        let mut comptes = BTreeMap::new();
        for (code, _) in ids {
            *comptes.entry(code).or_default() += 1;
        }
        comptes
    }

    /// What happened to mails and requests: kind of event, of which kind of stream, how often.
    pub(crate) fn faits(&self) -> BTreeMap<String, usize> {
        self.monde.verifier();
        let store = Store::open(self.kv.clone()).unwrap();
        assert_eq!(store.outbox_len(10).unwrap(), 0, "nothing is still owed");
        assert_eq!(store.views(b"boite/attente/", None, 10).unwrap().len(), 0);
        let mut comptes = BTreeMap::new();
        for fait in store.records_after(0, 10_000).unwrap() {
            let genre = fait.stream.split('.').next().unwrap_or_default().to_owned();
            if ["boite", "demande"].contains(&genre.as_str()) {
                let lu: serde_json::Value = serde_json::from_slice(&fait.data).unwrap();
                let cle = format!("{genre} {}", lu["e"]["type"].as_str().unwrap());
                *comptes.entry(cle).or_default() += 1;
            }
        }
        comptes
    }
}

pub(crate) const QUESTION: &str = "From: elise@univ.example\nTo: aide@univ.example\nSubject: Lien\nMessage-ID: q1@x\n\
    X-Seule: lien_expire\nX-Prouve: oui\n\nMon lien est mort.";
const SUITE: &str = "From: elise@univ.example\nTo: aide@univ.example\nSubject: Autre\nMessage-ID: q3@x\n\
    References: q0@x q2@x\n\nEt ceci ?";
const AVANT: &str = "From: elise@univ.example\nTo: aide@univ.example\nSubject: Voici\nMessage-ID: q2@x\n\
    References: q0@x\n\nDeux jours de retard.";

/// What comes in within one story: a question twice and by another way, a reply before what it answers (S06), a mail
/// that cannot be read, a bounce.
async fn histoire(moment: Moment) -> Bureau {
    let mut bureau = Bureau::new().await;
    let etiquette = bureau.boite.recus.lock().unwrap()[0].etiquette.clone();
    bureau.demarrer(moment);
    let rebond = format!(
        "From: MAILER-DAEMON@x\nTo: candidature+{etiquette}@univ.example\nSubject: x\nMessage-ID: b1@x\nX-Rebond: elise@univ.example\n\nx"
    );
    let ailleurs = format!("Delivered-To: aide@univ.example\n{QUESTION}");
    for mail in [QUESTION, SUITE, QUESTION, &ailleurs, AVANT] {
        bureau.livrer(mail).await;
    }
    bureau.travailler().await;
    bureau.monde.avancer(SignedDuration::from_mins(5));
    bureau.livrer("From: x@y\nSubject: x\n\nillisible").await;
    bureau.livrer(&rebond).await;
    bureau.travailler().await;
    bureau
}

/// Q02, S02: the process dies before and after each step of the intake: every mail comes to the same end, the answer and the
/// new link leave once as seen by their ids.
#[tokio::test]
async fn q02_une_panne_a_chaque_pas_de_l_arrivee_ne_perd_et_ne_double_rien() {
    let sans = histoire(Moment::Jamais).await;
    let pas = sans.destin.pas.load(Ordering::SeqCst);
    let (mails, reponses, faits) = (sans.mails(), sans.reponses(), sans.faits());
    assert!(pas > 20, "{pas}");
    assert_eq!(mails["CptMinLienValidOublie"], 1, "{mails:?}");
    assert_eq!(
        reponses,
        BTreeMap::from([("elise@univ.example".to_owned(), 1)])
    );
    assert_eq!(faits["demande demande_recue"], 2, "{faits:?}");
    assert_eq!(faits["boite ecarte"], 1, "{faits:?}");
    let mut morts = 0;
    for moment in (0..pas).flat_map(|p| [Moment::Avant(p), Moment::Apres(p)]) {
        let bureau = histoire(moment).await;
        morts += usize::from(bureau.redemarrages == 1);
        assert_eq!(bureau.mails(), mails, "{moment:?}");
        assert_eq!(bureau.reponses(), reponses, "{moment:?}");
        assert_eq!(bureau.faits(), faits, "{moment:?}");
    }
    assert!(morts > 2 * pas - 10, "{morts} crashes of {pas} steps");
}

/// S04: two workers on the same mails at once give one request and one answer.
#[tokio::test]
async fn s04_deux_trieurs_a_la_fois_donnent_une_demande_et_une_reponse() {
    let mut bureau = Bureau::new().await;
    bureau.livrer(QUESTION).await;
    bureau
        .livrer(&format!("Delivered-To: aide@univ.example\n{QUESTION}"))
        .await;
    let (un, deux) = (bureau.tri().await, bureau.tri().await);
    for _ in 0..3 {
        // One of two that meet may be told to come again.
        let _faits = tokio::join!(un.tour(), deux.tour());
    }
    bureau.travailler().await;
    let faits = bureau.faits();
    assert_eq!(faits["demande demande_recue"], 1, "{faits:?}");
    assert_eq!(faits["boite recu"], 2, "{faits:?}");
    assert_eq!(bureau.reponses().values().sum::<usize>(), 1);
}

/// The mails of two threads: a question, a reply, a reply to that, with other subjects each.
fn fil(qui: &str, rang: usize) -> String {
    let avant: Vec<String> = (0..rang).map(|r| format!("{qui}{r}@x")).collect();
    let seule = if rang == 0 {
        "X-Seule: lien_expire\n"
    } else {
        ""
    };
    format!(
        "From: {qui}@ailleurs.example\nTo: aide@univ.example\nSubject: Sujet {rang}\nMessage-ID: {qui}{rang}@x\n\
         References: {}\n{seule}\nMessage {rang} de {qui}.",
        avant.join(" ")
    )
}

/// Which mails come, in which order, sorted how often, and when the process dies.
#[derive(Clone, Debug)]
struct Arrivees {
    ordre: Vec<(usize, usize, bool)>,
    tri: Vec<bool>,
    mort: Option<(usize, bool)>,
}

fn arrivees() -> impl Strategy<Value = Arrivees> {
    let tous: Vec<_> = (0..2)
        .flat_map(|qui| (0..3).map(move |rang| (qui, rang, false)))
        .collect();
    let doubles = prop::collection::vec((0..2_usize, 0..3_usize, any::<bool>()), 0..6);
    let ordre = doubles.prop_flat_map(move |doubles| {
        let mut ensemble = tous.clone();
        ensemble.extend(doubles);
        Just(ensemble).prop_shuffle()
    });
    let tri = prop::collection::vec(any::<bool>(), 12);
    let mort = prop::option::of((0..40_usize, any::<bool>()));
    (ordre, tri, mort).prop_map(|(ordre, tri, mort)| Arrivees { ordre, tri, mort })
}

async fn jouer(arrivees: &Arrivees) -> Bureau {
    let mut bureau = Bureau::new().await;
    bureau.demarrer(match arrivees.mort {
        None => Moment::Jamais,
        Some((pas, true)) => Moment::Avant(pas),
        Some((pas, false)) => Moment::Apres(pas),
    });
    for ((qui, rang, ailleurs), trier) in arrivees.ordre.iter().zip(&arrivees.tri) {
        let mut mail = fil(["elise", "karim"][*qui], *rang);
        if *ailleurs {
            mail = format!("Delivered-To: autre@univ.example\n{mail}");
        }
        bureau.livrer(&mail).await;
        if *trier {
            bureau.travailler().await;
        }
    }
    bureau.travailler().await;
    bureau
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// S03, S04, S06, S07: any order, any repeat, any crash: one request for each thread with each mail once, and at most one
    /// automatic answer to each person.
    #[test]
    fn s06_tout_ordre_toute_repetition_toute_panne_donnent_une_demande(arrivees in arrivees()) {
        let fil = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        fil.block_on(async {
            let bureau = jouer(&arrivees).await;
            let faits = bureau.faits();
            let de = |cle: &str| faits.get(cle).copied().unwrap_or(0);
            prop_assert_eq!(de("demande demande_recue"), 2, "{:?}", faits);
            prop_assert_eq!(de("demande message_recu"), 4, "{:?}", faits);
            prop_assert!(bureau.reponses().values().all(|n| *n == 1), "{:?}", bureau.reponses());
            Ok(())
        })?;
    }
}

/// The bytes a mail is known by are those that came (S01).
#[tokio::test]
async fn s01_les_octets_sont_gardes_tels_qu_ils_sont_venus() {
    let mut bureau = Bureau::new().await;
    let mail = "From: x\r\nSubject: =?faux?\n\r\0\n\ncorps\r";
    bureau.livrer(mail).await;
    let sha256: String = Sha256::digest(mail)
        .iter()
        .map(|o| format!("{o:02x}"))
        .collect();
    let place = bureau.blobs().await.path(&sha256).unwrap();
    assert_eq!(std::fs::read(place).unwrap(), mail.as_bytes());
    bureau.travailler().await;
    assert_eq!(bureau.faits()["boite recu"], 1);
}
