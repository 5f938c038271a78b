//! A whole system in memory, with a clock that moves and a post box that keeps everything.

use std::sync::{Arc, Mutex};

use actors::atelier::{Atelier, Limites};
use actors::jetons::{CleServeur, identifiant};
use actors::mots_de_passe::Cout;
use actors::ports::{
    AleaSysteme, Courrier, CourrierDemande, CourrierPersonnel, EchecPoste, Horloge, Postier,
};
use actors::protocol::{
    Acte, ActePersonnel, DossierVue, Faute, Moi, NouveauPersonnel, Reponse, Requete, Resultat,
};
use actors::systeme::Systeme;
use domain::campagne::{
    Campagne, Centre, Commission, Composante, Evenement, Formation, PieceDef, Texte,
};
use domain::dossier::Commande;
use domain::effet::CodeMail;
use domain::fichier::{Fichier, TypeFichier};
use domain::langue::Langue;
use domain::personnel::droits::{Droits, Role};
use domain::profil::{Adresse, Baccalaureat, Informations};
use domain::refus::{CodeRefus, Refus};
use jiff::{SignedDuration, Timestamp};
use storage::{Kv, Log, MemoryKv, Store};

pub(crate) const MOT_DE_PASSE: &str = "Motdepasse1@";
/// The campaign is open.
pub(crate) const DEBUT: &str = "2027-03-01T08:00:00Z";

pub(crate) fn cle() -> CleServeur {
    CleServeur::new([7; 32])
}

pub(crate) struct HorlogeFixe(pub(crate) Mutex<Timestamp>);

impl Horloge for HorlogeFixe {
    fn maintenant(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Boite {
    pub(crate) recus: Mutex<Vec<Courrier>>,
    pub(crate) personnel: Mutex<Vec<CourrierPersonnel>>,
    pub(crate) reponses: Mutex<Vec<CourrierDemande>>,
    pub(crate) panne: Mutex<Option<EchecPoste>>,
}

#[async_trait::async_trait]
impl Postier for Boite {
    async fn poster(&self, courrier: &Courrier) -> Result<(), EchecPoste> {
        if let Some(panne) = self.panne.lock().unwrap().clone() {
            return Err(panne);
        }
        self.recus.lock().unwrap().push(courrier.clone());
        Ok(())
    }

    async fn poster_personnel(&self, courrier: &CourrierPersonnel) -> Result<(), EchecPoste> {
        self.personnel.lock().unwrap().push(courrier.clone());
        Ok(())
    }

    async fn poster_demande(&self, courrier: &CourrierDemande) -> Result<(), EchecPoste> {
        if let Some(panne) = self.panne.lock().unwrap().clone() {
            return Err(panne);
        }
        self.reponses.lock().unwrap().push(courrier.clone());
        Ok(())
    }
}

pub(crate) struct Monde {
    pub(crate) kv: Arc<dyn Kv>,
    pub(crate) horloge: Arc<HorlogeFixe>,
    pub(crate) boite: Arc<Boite>,
    pub(crate) atelier: Arc<Atelier>,
    pub(crate) systeme: Systeme,
}

pub(crate) fn texte(s: &str) -> Texte {
    Texte::fr(s)
}

pub(crate) fn instant(s: &str) -> Timestamp {
    s.parse().unwrap()
}

pub(crate) fn formation(code: &str, centre: &str, pieces: &[&str]) -> Evenement {
    Evenement::FormationDefinie(Formation {
        code: code.into(),
        libelle: texte(code),
        composante: "UPHF".into(),
        centre: centre.into(),
        niveau: "Master".to_owned(),
        mots_cles: vec![],
        candidature_debut: instant("2027-02-01T00:00:00Z"),
        candidature_fin: instant("2027-05-15T00:00:00Z"),
        retour: instant("2027-05-31T00:00:00Z"),
        confirmation: None,
        confirmation_delai: None,
        confirmation_lc: None,
        confirmation_lc_delai: None,
        jury: None,
        publication: None,
        promotion: Default::default(),
        capacite: None,
        liste_complementaire: false,
        pieces: pieces.iter().map(|p| (*p).into()).collect(),
        commission: Some("JURY".into()),
    })
}

pub(crate) fn campagne() -> Vec<Evenement> {
    let piece = |code: &str, commune, conditionnelle| {
        Evenement::PieceDefinie(PieceDef {
            code: code.into(),
            libelle: texte(code),
            commune,
            conditionnelle,
            aide: texte(""),
            modele: None,
        })
    };
    vec![
        Evenement::CampagneParametree(Campagne {
            code: "2027-2028".into(),
            libelle: texte("Campagne 2027-2028"),
            ouverture: instant("2027-01-15T00:00:00Z"),
            fermeture: instant("2027-09-30T00:00:00Z"),
            max_dossiers: 4,
            etat_transmis: Default::default(),
        }),
        Evenement::CentreDefini(Centre {
            code: "A".into(),
            libelle: texte("A"),
            max_dossiers: Some(2),
        }),
        Evenement::CentreDefini(Centre {
            code: "B".into(),
            libelle: texte("B"),
            max_dossiers: None,
        }),
        Evenement::ComposanteDefinie(Composante {
            code: "UPHF".into(),
            libelle: texte("UPHF"),
        }),
        Evenement::CommissionDefinie(Commission {
            code: "JURY".into(),
            libelle: texte("Jury"),
            centre: "A".into(),
            mail: Some("jury@univ.example".to_owned()),
            signataire: None,
        }),
        piece("CV", true, false),
        piece("LM", false, false),
        piece("HANDICAP", false, true),
        formation("A1", "A", &["CV", "LM", "HANDICAP"]),
        formation("A2", "A", &["CV"]),
        formation("A3", "A", &["CV"]),
        formation("B1", "B", &["CV", "LM"]),
        formation("B2", "B", &["CV"]),
        formation("B3", "B", &["CV"]),
    ]
}

impl Monde {
    pub(crate) async fn new() -> Self {
        let monde = Self::sur(Arc::new(MemoryKv::default()), instant(DEBUT));
        monde.importer().await;
        monde
    }

    pub(crate) async fn importer(&self) {
        let importe = self
            .demander(Requete::Importer {
                evenements: campagne(),
            })
            .await;
        assert!(
            matches!(importe, Ok(Reponse::Importe { changes: 14 })),
            "{importe:?}"
        );
    }

    fn sur(kv: Arc<dyn Kv>, maintenant: Timestamp) -> Self {
        let boite = Arc::new(Boite::default());
        Self::avec(kv, maintenant, boite.clone(), boite)
    }

    /// A process on this disk, whose mails go through this postman and end in this box.
    pub(crate) fn avec(
        kv: Arc<dyn Kv>,
        maintenant: Timestamp,
        boite: Arc<Boite>,
        postier: Arc<dyn Postier>,
    ) -> Self {
        let horloge = Arc::new(HorlogeFixe(Mutex::new(maintenant)));
        let store = Store::open(kv.clone()).unwrap();
        Self::assembler(kv, store, horloge, boite, postier)
    }

    /// A node on this disk, that shares its log, clock and post box with others.
    pub(crate) fn noeud(
        kv: Arc<dyn Kv>,
        log: Arc<dyn Log>,
        (horloge, boite): (Arc<HorlogeFixe>, Arc<Boite>),
    ) -> Self {
        let nom = identifiant(&AleaSysteme);
        let store = Store::replicated(kv.clone(), log, nom).unwrap();
        Self::assembler(kv, store, horloge, boite.clone(), boite)
    }

    fn assembler(
        kv: Arc<dyn Kv>,
        store: Store,
        horloge: Arc<HorlogeFixe>,
        boite: Arc<Boite>,
        postier: Arc<dyn Postier>,
    ) -> Self {
        let store = Arc::new(store);
        let atelier = Atelier::ouvrir(
            store,
            horloge.clone(),
            Arc::new(AleaSysteme),
            cle(),
            Limites {
                exiger_second_facteur: false,
                ..Limites::default()
            },
        );
        let atelier = Arc::new(atelier.unwrap());
        let cout = Cout {
            memoire_kib: 8,
            passes: 1,
        };
        let systeme = Systeme::demarrer(atelier.clone(), postier, cout).unwrap();
        Self {
            kv,
            horloge,
            boite,
            atelier,
            systeme,
        }
    }

    /// Every law holds over the whole journal, the index is what the events make, and not a row is damaged.
    pub(crate) fn verifier(&self) {
        let store = Store::open(self.kv.clone()).unwrap();
        let bilan = actors::verification::verifier(&store, &cle()).unwrap();
        assert_eq!(bilan.nommees, Vec::<String>::new());
        assert_eq!(bilan.fautes, 0);
        let lignes = storage::verify(store.kv(), |_| ()).unwrap();
        assert_eq!(lignes.named, Vec::<String>::new());
    }

    /// Another process on the same disk.
    pub(crate) fn redemarrer(self) -> Self {
        let (kv, maintenant) = (self.kv.clone(), self.horloge.maintenant());
        drop(self);
        Self::sur(kv, maintenant)
    }

    pub(crate) fn avancer(&self, duree: SignedDuration) {
        let mut horloge = self.horloge.0.lock().unwrap();
        *horloge = horloge.checked_add(duree).unwrap();
    }

    pub(crate) fn regler(&self, maintenant: &str) {
        *self.horloge.0.lock().unwrap() = instant(maintenant);
    }

    pub(crate) async fn demander(&self, requete: Requete) -> Resultat {
        self.systeme.guichet.traiter(None, requete).await
    }

    pub(crate) async fn agir(&self, session: &str, acte: Acte) -> Resultat {
        self.demander(Requete::Candidat {
            session: session.to_owned(),
            acte,
        })
        .await
    }

    pub(crate) async fn relayer(&self) {
        while self.systeme.relais.tour().await.unwrap() > 0 {
            if self.boite.panne.lock().unwrap().is_some() {
                break;
            }
        }
    }

    pub(crate) fn mails(&self, code: CodeMail) -> Vec<Courrier> {
        let recus = self.boite.recus.lock().unwrap();
        recus.iter().filter(|c| c.code == code).cloned().collect()
    }

    pub(crate) async fn inscrire(&self, mail: &str) {
        self.demander_compte(mail).await;
        self.relayer().await;
    }

    pub(crate) async fn demander_compte(&self, mail: &str) {
        let requete = Requete::Inscrire {
            nom: "Martin".to_owned(),
            prenom: "Élise".to_owned(),
            mail: mail.to_owned(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            langue: Langue::Fr,
        };
        let reponse = self.demander(requete).await;
        assert!(matches!(reponse, Ok(Reponse::Fait)), "{reponse:?}");
    }

    pub(crate) fn jeton(&self, code: CodeMail) -> String {
        self.mails(code).last().unwrap().lien.clone().unwrap().jeton
    }

    pub(crate) async fn connecter(&self, identifiant: &str) -> Resultat {
        self.demander(Requete::Connecter {
            identifiant: identifiant.to_owned(),
            mot_de_passe: MOT_DE_PASSE.to_owned(),
            code: None,
        })
        .await
    }

    /// An administrator.
    pub(crate) async fn recruter(&self) {
        let nouveau = NouveauPersonnel {
            mail: "admin@univ.example".to_owned(),
            nom: "Laurent".to_owned(),
            prenom: "Agnès".to_owned(),
            droits: Droits {
                roles: [Role::Administrateur].into(),
                peut_saisir_avis: true,
                peut_valider_avis: true,
            },
            langue: Langue::Fr,
        };
        let acte = ActePersonnel::Installer {
            nouveaux: vec![nouveau],
            mot_de_passe: MOT_DE_PASSE.to_owned(),
        };
        self.demander(Requete::Personnel { acte }).await.unwrap();
    }

    /// The administrator's session.
    pub(crate) async fn agent(&self) -> String {
        match self.connecter("admin@univ.example").await {
            Ok(Reponse::SessionPersonnel { jeton, .. }) => jeton,
            autre => panic!("{autre:?}"),
        }
    }

    /// A candidate with a validated account, a session, and a complete profile.
    pub(crate) async fn candidat(&self, mail: &str) -> String {
        let session = self.sans_profil(mail).await;
        self.remplir(&session).await;
        session
    }

    pub(crate) async fn sans_profil(&self, mail: &str) -> String {
        self.inscrire(mail).await;
        let jeton = self.jeton(CodeMail::CptMinCreate);
        let valide = self.demander(Requete::Valider { jeton }).await;
        assert!(matches!(valide, Ok(Reponse::Valide { .. })), "{valide:?}");
        match self.connecter(mail).await {
            Ok(Reponse::Session { jeton, .. }) => jeton,
            autre => panic!("{autre:?}"),
        }
    }

    pub(crate) async fn remplir(&self, session: &str) {
        for acte in profil() {
            self.agir(session, acte).await.unwrap();
        }
    }

    pub(crate) async fn moi(&self, session: &str) -> Moi {
        match self.agir(session, Acte::Moi).await {
            Ok(Reponse::Moi(moi)) => *moi,
            autre => panic!("{autre:?}"),
        }
    }

    pub(crate) async fn ouvrir(&self, session: &str, formation: &str) -> Result<DossierVue, Faute> {
        dossier(
            self.agir(
                session,
                Acte::OuvrirDossier {
                    formation: formation.into(),
                },
            )
            .await,
        )
    }

    pub(crate) async fn lire(&self, session: &str, vue: &DossierVue) -> DossierVue {
        dossier(
            self.agir(session, Acte::Dossier { id: vue.id.clone() })
                .await,
        )
        .unwrap()
    }

    pub(crate) async fn sur_dossier(
        &self,
        session: &str,
        vue: &DossierVue,
        commande: Commande,
    ) -> Result<DossierVue, Faute> {
        let acte = Acte::AgirDossier {
            id: vue.id.clone(),
            commande,
            version: None,
        };
        dossier(self.agir(session, acte).await)
    }

    pub(crate) fn deposer(&self, piece: &str, contenu: char) -> Commande {
        Commande::Deposer {
            piece: piece.into(),
            fichier: Fichier {
                sha256: contenu.to_string().repeat(64),
                nom: "f.pdf".to_owned(),
                type_: TypeFichier::Pdf,
                taille: 10,
                depose_le: self.horloge.maintenant(),
                en_analyse: false,
            },
        }
    }
}

/// What fills in a complete profile.
pub(crate) fn profil() -> Vec<Acte> {
    let informations = Informations {
        nationalite: "FRA".to_owned(),
        ine: None,
        date_naissance: "2004-05-06".parse().unwrap(),
        lieu_naissance: "Valenciennes".to_owned(),
        pays_naissance: "FRA".to_owned(),
        nom_usage: None,
        autres_prenoms: None,
        telephone: None,
    };
    let adresse = Adresse {
        pays: "FRA".to_owned(),
        ligne1: "1 rue de Mons".to_owned(),
        ligne2: None,
        code_postal: Some("59300".to_owned()),
        commune: "Valenciennes".to_owned(),
        insee: Some("59606".to_owned()),
    };
    let baccalaureat = Box::new(Baccalaureat::Sans);
    vec![
        Acte::Informations(Box::new(informations)),
        Acte::Adresse(Box::new(adresse)),
        Acte::Baccalaureat { baccalaureat },
    ]
}

pub(crate) fn dossier(reponse: Resultat) -> Result<DossierVue, Faute> {
    let reponse = reponse?;
    let Reponse::Dossier(vue) = reponse else {
        panic!("{reponse:?}")
    };
    Ok(*vue)
}

pub(crate) fn refus<T: std::fmt::Debug>(reponse: Result<T, Faute>) -> CodeRefus {
    match reponse {
        Err(Faute::Refus(Refus { code, .. })) => code,
        autre => panic!("a refusal was expected, not {autre:?}"),
    }
}
