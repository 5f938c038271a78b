//! Ranks, places and dates under acts that come together, and once the clock has moved (T15, T21, T22).

use actors::protocol::{ActeDossier, ActeGestion, DossierVue, Faute, Reponse, Requete};
use domain::campagne::Evenement;
use domain::dossier::{Avis, Commande, Nature, Reponse as Answer};
use domain::effet::CodeMail;
use domain::refus::CodeRefus;
use jiff::SignedDuration;

use crate::commun::{Monde, dossier, formation, refus};

/// One place, a list, a week to confirm.
fn une_place() -> Evenement {
    let mut definie = formation("L1", "B", &["CV"]);
    if let Evenement::FormationDefinie(f) = &mut definie {
        f.capacite = Some(1);
        f.liste_complementaire = true;
        f.confirmation_delai = Some("P7D".to_owned());
    }
    definie
}

pub(crate) struct Jury {
    pub(crate) monde: Monde,
    session: String,
    /// Candidates' sessions with their dossiers, complete.
    dossiers: Vec<(String, DossierVue)>,
}

impl Jury {
    pub(crate) async fn new(combien: usize) -> Self {
        let monde = Monde::new().await;
        let evenements = vec![une_place()];
        monde
            .demander(Requete::Importer { evenements })
            .await
            .unwrap();
        monde.recruter().await;
        let session = monde.agent().await;
        let mut jury = Self {
            monde,
            session,
            dossiers: vec![],
        };
        for i in 0..combien {
            let session = jury.monde.candidat(&format!("c{i}@b.fr")).await;
            let vue = jury.monde.ouvrir(&session, "L1").await.unwrap();
            let cv = jury.monde.deposer("CV", 'a');
            for commande in [cv, Commande::Transmettre] {
                jury.monde
                    .sur_dossier(&session, &vue, commande)
                    .await
                    .unwrap();
            }
            jury.dossiers.push((session, vue));
            jury.ok(i, Commande::DeclarerComplet).await;
        }
        jury
    }

    async fn agir(&self, i: usize, commande: Commande) -> Result<DossierVue, Faute> {
        let acte = ActeGestion::AgirDossier(ActeDossier {
            dossier: self.dossiers[i].1.id.clone(),
            commande,
            version: None,
        });
        let session = self.session.clone();
        dossier(
            self.monde
                .demander(Requete::Gestion { session, acte })
                .await,
        )
    }

    async fn ok(&self, i: usize, commande: Commande) -> DossierVue {
        self.agir(i, commande).await.unwrap()
    }

    pub(crate) async fn publier(&self, i: usize, nature: Nature) {
        self.ok(i, saisir(nature)).await;
        self.ok(i, Commande::PublierAvis).await;
    }

    async fn relire(&self, i: usize) -> DossierVue {
        let mail = format!("c{i}@b.fr");
        let session = match self.monde.connecter(&mail).await {
            Ok(Reponse::Session { jeton, .. }) => jeton,
            autre => panic!("{autre:?}"),
        };
        self.monde.lire(&session, &self.dossiers[i].1).await
    }
}

fn saisir(nature: Nature) -> Commande {
    Commande::SaisirAvis {
        avis: Avis {
            nature,
            commentaire: None,
            appel: false,
        },
    }
}

pub(crate) const fn liste(rang: u32) -> Nature {
    Nature::ListeComplementaire { rang }
}

#[tokio::test]
async fn t15_deux_dossiers_qui_veulent_le_meme_rang_a_la_fois() {
    let jury = Jury::new(4).await;
    let tous = (0..4).map(|i| jury.agir(i, saisir(liste(1))));
    let (oui, non): (Vec<_>, Vec<_>) = futures_util::future::join_all(tous)
        .await
        .into_iter()
        .partition(Result::is_ok);
    assert_eq!((oui.len(), non.len()), (1, 3));
    for refuse in non {
        assert_eq!(refus(refuse), CodeRefus::RangPris);
    }
}

#[tokio::test]
async fn t20_t21_t22_la_liste_avance_seule_et_jamais_au_dela_de_la_capacite() {
    let jury = Jury::new(4).await;
    jury.publier(0, Nature::Favorable).await;
    for i in 1..4 {
        jury.publier(i, liste(u32::try_from(i).unwrap())).await;
    }
    jury.monde.relayer().await;
    let rang = |vue: &DossierVue| vue.decision.as_ref().and_then(|d| d.rang_reel);
    assert_eq!(rang(&jury.relire(2).await), Some(2));
    let (session, premier) = &jury.dossiers[1];
    let renonce = jury
        .monde
        .sur_dossier(session, premier, Commande::SeDesister);
    assert_eq!(
        renonce.await.unwrap().reponse,
        Some(Answer::Desistee),
        "T20"
    );
    jury.monde.relayer().await;
    assert_eq!(rang(&jury.relire(2).await), Some(1), "those behind move up");
    let promus = || jury.monde.mails(CodeMail::AvisListePrinc).len();
    assert_eq!(promus(), 0, "no place was given back");
    let (session, admis) = &jury.dossiers[0];
    let desiste = jury.monde.sur_dossier(session, admis, Commande::SeDesister);
    desiste.await.unwrap();
    jury.monde.relayer().await;
    jury.monde.relayer().await;
    assert_eq!(promus(), 1, "one place, one promotion");
    assert!(jury.relire(2).await.decision.unwrap().a_confirmer);
    assert_eq!(
        refus(jury.agir(3, Commande::Promouvoir).await),
        CodeRefus::AucunePlace
    );
    jury.monde.avancer(SignedDuration::from_hours(24 * 5 + 1));
    jury.monde.relayer().await;
    assert_eq!(
        jury.monde.mails(CodeMail::CandidatureRelanceFavo).len(),
        1,
        "two days before"
    );
    jury.monde.avancer(SignedDuration::from_hours(24 * 2));
    jury.monde.relayer().await;
    assert_eq!(
        jury.relire(2).await.reponse,
        Some(Answer::DesisteeAuto),
        "T21"
    );
    assert_eq!(promus(), 2, "and the next one moves up");
    let dernier = jury.relire(3).await;
    assert!(dernier.decision.unwrap().promue);
    assert_eq!(jury.monde.mails(CodeMail::CandidatureDesistAuto).len(), 1);
    let jury = Jury {
        monde: jury.monde.redemarrer(),
        ..jury
    };
    let session = match jury.monde.connecter("c3@b.fr").await {
        Ok(Reponse::Session { jeton, .. }) => jeton,
        autre => panic!("{autre:?}"),
    };
    let confirme = jury
        .monde
        .sur_dossier(&session, &jury.dossiers[3].1, Commande::Confirmer);
    assert_eq!(
        confirme.await.unwrap().reponse,
        Some(Answer::Confirmee),
        "T18, after a restart"
    );
}
