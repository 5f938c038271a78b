//! A crash before and after every step that touches the disk or the post (Q02).
//!
//! The scenario is played once to count the steps, then as often as there are steps, twice: dying
//! before that step and dying after it. Each time a new process starts on the same disk, the client
//! repeats what was not answered, and everything must come to the same end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::commun::{Boite, DEBUT, MOT_DE_PASSE, Monde, dossier, instant};
use actors::ports::{Courrier, CourrierDemande, CourrierPersonnel, EchecPoste, Postier};
use actors::protocol::{Acte, Etat, Faute, Reponse, Requete, Resultat};
use domain::dossier::Commande;
use domain::effet::CodeMail;
use domain::langue::Langue;
use jiff::SignedDuration;
use storage::{Change, Kv, MemoryKv, Row, Store, StoreError};

/// When the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Avant(usize),
    Apres(usize),
    Jamais,
}

/// Counts the steps of one process, and ends it at its moment: from there on nothing works.
pub(crate) struct Destin {
    moment: Moment,
    pub(crate) pas: AtomicUsize,
    mort: AtomicBool,
}

impl Destin {
    pub(crate) fn new(moment: Moment) -> Arc<Self> {
        Arc::new(Self {
            moment,
            pas: AtomicUsize::new(0),
            mort: AtomicBool::new(false),
        })
    }

    pub(crate) fn mort(&self) -> bool {
        self.mort.load(Ordering::SeqCst)
    }

    /// Whether the step is done, and whether the process lives to hear of it.
    fn pas(&self) -> (bool, bool) {
        if self.mort() {
            return (false, false);
        }
        let pas = self.pas.fetch_add(1, Ordering::SeqCst);
        let (fait, vit) = match self.moment {
            Moment::Avant(p) if p == pas => (false, false),
            Moment::Apres(p) if p == pas => (true, false),
            Moment::Avant(_) | Moment::Apres(_) | Moment::Jamais => (true, true),
        };
        if !vit {
            self.mort.store(true, Ordering::SeqCst);
        }
        (fait, vit)
    }
}

fn eteint() -> StoreError {
    StoreError::Unavailable("the process died".to_owned())
}

struct Disque {
    kv: Arc<MemoryKv>,
    destin: Arc<Destin>,
}

impl Kv for Disque {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.destin.mort() {
            return Err(eteint());
        }
        self.kv.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if self.destin.mort() {
            return Err(eteint());
        }
        self.kv.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        if self.destin.mort() {
            return Err(eteint());
        }
        self.kv.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let (fait, vit) = self.destin.pas();
        if fait {
            self.kv.apply(changes)?;
        }
        if vit { Ok(()) } else { Err(eteint()) }
    }
}

struct Facteur {
    boite: Arc<Boite>,
    destin: Arc<Destin>,
}

impl Facteur {
    /// Handing a mail over is a step, too.
    async fn remettre(
        &self,
        remettre: impl Future<Output = Result<(), EchecPoste>>,
    ) -> Result<(), EchecPoste> {
        let (fait, vit) = self.destin.pas();
        if fait {
            remettre.await?;
        }
        if vit {
            Ok(())
        } else {
            Err(EchecPoste::Temporaire("the process died".to_owned()))
        }
    }
}

#[async_trait::async_trait]
impl Postier for Facteur {
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste> {
        self.remettre(self.boite.poster(courrier)).await
    }

    async fn poster_personnel(&self, courrier: &CourrierPersonnel) -> Result<(), EchecPoste> {
        self.boite.poster_personnel(courrier).await
    }

    async fn poster_demande(&self, courrier: &CourrierDemande) -> Result<(), EchecPoste> {
        self.remettre(self.boite.poster_demande(courrier)).await
    }
}

/// A client that repeats what was not answered, over as many processes as it takes.
struct Histoire {
    kv: Arc<MemoryKv>,
    boite: Arc<Boite>,
    destin: Arc<Destin>,
    monde: Monde,
    redemarrages: usize,
}

impl Histoire {
    async fn new(moment: Moment) -> Self {
        let kv = Arc::new(MemoryKv::default());
        let boite = Arc::new(Boite::default());
        let destin = Destin::new(Moment::Jamais);
        let monde = ouvrir(&kv, &boite, &destin);
        monde.importer().await;
        drop(monde);
        let destin = Destin::new(moment);
        // A new store stamps itself; that is no step of ours, the stamp is there already.
        let monde = ouvrir(&kv, &boite, &destin);
        Self {
            kv,
            boite,
            destin,
            monde,
            redemarrages: 0,
        }
    }

    fn redemarrer(&mut self) {
        self.redemarrages += 1;
        assert!(self.redemarrages < 3, "a process that lives must not fail");
        self.destin = Destin::new(Moment::Jamais);
        let maintenant = *self.monde.horloge.0.lock().unwrap();
        self.monde = ouvrir(&self.kv, &self.boite, &self.destin);
        *self.monde.horloge.0.lock().unwrap() = maintenant;
    }

    async fn demander(&mut self, id: &str, requete: impl Fn() -> Requete) -> Resultat {
        loop {
            let guichet = &self.monde.systeme.guichet;
            let reponse = guichet.traiter(Some(id.to_owned()), requete()).await;
            match reponse {
                Err(Faute::Indisponible { .. } | Faute::Occupe { .. }) => self.redemarrer(),
                autre => return autre,
            }
        }
    }

    async fn agir(&mut self, session: &str, id: &str, acte: Acte) -> Reponse {
        let requete = || Requete::Candidat {
            session: session.to_owned(),
            acte: acte.clone(),
        };
        let reponse = self.demander(id, requete).await;
        reponse.unwrap_or_else(|faute| panic!("{id}: {faute:?}"))
    }

    async fn relayer(&mut self) {
        loop {
            match self.monde.systeme.relais.tour().await {
                Ok(0) if !self.destin.mort() => return,
                Ok(_) if !self.destin.mort() => {}
                Ok(_) | Err(_) => self.redemarrer(),
            }
        }
    }

    async fn jouer(&mut self) {
        let inscrire = || Requete::Inscrire {
            nom: "Martin".to_owned(),
            prenom: "Élise".to_owned(),
            mail: "elise@univ.example".to_owned(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            langue: Langue::Fr,
        };
        self.demander("inscrire", inscrire).await.unwrap();
        self.relayer().await;
        let jeton = self.monde.jeton(CodeMail::CptMinCreate);
        let valider = || Requete::Valider {
            jeton: jeton.clone(),
        };
        match self.demander("valider", valider).await {
            Ok(Reponse::Valide { .. }) => {}
            // It was done before the answer was lost, and the link serves once.
            Err(Faute::Refus(refus)) => {
                assert_eq!(refus.code, domain::refus::CodeRefus::CompteDejaValide);
                assert_eq!(self.redemarrages, 1);
            }
            autre => panic!("{autre:?}"),
        }
        let session = self.session().await;
        for (rang, acte) in crate::commun::profil().into_iter().enumerate() {
            self.agir(&session, &format!("profil{rang}"), acte).await;
        }
        let remis = self.dossier(&session, "ouvrir", "A1").await;
        for (rang, piece) in ["CV", "LM"].into_iter().enumerate() {
            let commande = self.monde.deposer(piece, 'a');
            self.sur(&session, &format!("piece{rang}"), &remis, commande)
                .await;
        }
        let commande = Commande::DeclarerNonConcerne {
            piece: "HANDICAP".into(),
            certifie: true,
        };
        self.sur(&session, "handicap", &remis, commande).await;
        self.sur(&session, "transmettre", &remis, Commande::Transmettre)
            .await;
        let autre = self.dossier(&session, "second", "B2").await;
        self.sur(&session, "annuler", &autre, Commande::Annuler)
            .await;
        self.relayer().await;
        // A third one meets its reminders.
        self.dossier(&session, "troisieme", "B2").await;
        for jour in ["2027-05-24T00:00:00Z", "2027-05-30T00:00:00Z"] {
            self.monde.regler(jour);
            self.relayer().await;
        }
        // The first session ended long ago.
        let session = self.session().await;
        let acte = Acte::Dossier { id: remis.clone() };
        let vue = dossier(Ok(self.agir(&session, "lire", acte).await)).unwrap();
        assert_eq!(vue.etat, Etat::Transmis);
    }

    async fn session(&mut self) -> String {
        let connecter = || Requete::Connecter {
            identifiant: "elise@univ.example".to_owned(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            code: None,
        };
        match self.demander("connecter", connecter).await {
            Ok(Reponse::Session { jeton, .. }) => jeton,
            autre => panic!("{autre:?}"),
        }
    }

    async fn dossier(
        &mut self,
        session: &str,
        id: &str,
        formation: &str,
    ) -> domain::ids::DossierId {
        let acte = Acte::OuvrirDossier {
            formation: formation.into(),
        };
        let reponse = self.agir(session, id, acte).await;
        dossier(Ok(reponse)).unwrap().id
    }

    async fn sur(
        &mut self,
        session: &str,
        id: &str,
        dossier: &domain::ids::DossierId,
        commande: Commande,
    ) {
        let acte = Acte::AgirDossier {
            id: dossier.clone(),
            commande,
            version: None,
        };
        self.agir(session, id, acte).await;
    }

    /// Mails by code, each counted once however often it was sent: a repeat has the same id and says the same.
    fn mails(&self) -> BTreeMap<String, usize> {
        let recus = self.boite.recus.lock().unwrap();
        let mut par_id: BTreeMap<&str, &Courrier> = BTreeMap::new();
        for courrier in recus.iter() {
            let premier = par_id.entry(&courrier.id).or_insert(courrier);
            assert_eq!(*premier, courrier, "a repeat says the same");
        }
        let mut comptes = BTreeMap::new();
        for courrier in par_id.values() {
            *comptes.entry(format!("{:?}", courrier.code)).or_default() += 1;
        }
        comptes
    }

    fn finir(&self) -> BTreeSet<String> {
        self.monde.verifier();
        let store = Store::open(self.kv.clone()).unwrap();
        assert_eq!(store.outbox_len(10).unwrap(), 0, "nothing is still owed");
        let faits = store.records_after(0, 1000).unwrap();
        let faits = faits.into_iter().filter(|r| r.stream != "campagne");
        // Which events of which kind of stream there are, whatever the ids.
        faits
            .map(|r| {
                let fait: serde_json::Value = serde_json::from_slice(&r.data).unwrap();
                let genre = r.stream.split('.').next().unwrap_or_default();
                format!("{genre} {} {}", r.version, fait["e"]["type"])
            })
            .collect()
    }
}

/// A process on this disk, that ends at its moment.
pub(crate) fn ouvrir(kv: &Arc<MemoryKv>, boite: &Arc<Boite>, destin: &Arc<Destin>) -> Monde {
    let disque = Arc::new(Disque {
        kv: kv.clone(),
        destin: destin.clone(),
    });
    let facteur = Arc::new(Facteur {
        boite: boite.clone(),
        destin: destin.clone(),
    });
    Monde::avec(disque, instant(DEBUT), boite.clone(), facteur)
}

#[tokio::test]
async fn q02_une_panne_avant_et_apres_chaque_pas_ne_perd_et_ne_double_rien() {
    let mut sans = Histoire::new(Moment::Jamais).await;
    sans.jouer().await;
    let pas = sans.destin.pas.load(Ordering::SeqCst);
    let (mails, faits) = (sans.mails(), sans.finir());
    assert!(pas > 30, "the scenario touches disk and post: {pas}");
    assert!(mails.len() >= 5, "{mails:?}");
    let mut morts = 0;
    for moment in (0..pas).flat_map(|p| [Moment::Avant(p), Moment::Apres(p)]) {
        let mut histoire = Histoire::new(moment).await;
        histoire.jouer().await;
        // Commits that meet share one write, so that a run may have a step less than the first one.
        let (Moment::Avant(k) | Moment::Apres(k)) = moment else {
            continue;
        };
        let faits_en_tout = histoire.destin.pas.load(Ordering::SeqCst);
        let morte = histoire.redemarrages == 1;
        assert!(morte || faits_en_tout <= k, "{moment:?}");
        morts += usize::from(morte);
        let mut recus = histoire.mails();
        // Who repeats a sign-up that had been done is told so by mail, as anybody would be (G05).
        let doublon = recus.remove("CompteExiste").unwrap_or(0);
        assert_eq!(recus, mails, "{moment:?}");
        let mut apres = histoire.finir();
        if doublon == 0 {
            assert_eq!(apres, faits, "{moment:?}");
        } else {
            // One event more in the account's stream, the rest of it one version further.
            apres.retain(|f| f.starts_with("dossier"));
            let attendus: BTreeSet<_> = faits
                .iter()
                .filter(|f| f.starts_with("dossier"))
                .cloned()
                .collect();
            assert_eq!(apres, attendus, "{moment:?}");
        }
    }
    // Twice each step, less the last ones of runs that had fewer.
    assert!(morts * 4 > 2 * pas * 3, "{morts} crashes of {pas} steps");
}

/// The clock goes back by a day: nothing fires twice, nothing is lost (Q05).
#[tokio::test]
async fn q05_une_horloge_qui_recule_ne_declenche_rien_deux_fois() {
    let monde = Monde::new().await;
    let session = monde.candidat("a@b.fr").await;
    monde.ouvrir(&session, "A1").await.unwrap();
    monde.regler("2027-05-24T12:00:00Z");
    monde.relayer().await;
    let rappels = || {
        let recus = monde.boite.recus.lock().unwrap();
        recus.iter().filter(|c| c.jours.is_some()).count()
    };
    assert_eq!(rappels(), 1, "the first reminder");
    monde.avancer(-SignedDuration::from_hours(24));
    monde.relayer().await;
    monde.avancer(SignedDuration::from_hours(25));
    monde.relayer().await;
    assert_eq!(rappels(), 1, "not again");
    monde.regler("2027-05-30T12:00:00Z");
    monde.relayer().await;
    assert_eq!(rappels(), 2, "the second is not lost");
    monde.verifier();
}
