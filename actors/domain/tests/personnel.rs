//! Staff: the table of rights, and the life of an account (Q17).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::collections::BTreeSet;

use domain::effet::{But, Effet, Lien};
use domain::ids::{CentreCode, CommissionCode, PersonnelId};
use domain::personnel::affaires::{MAX_AFFAIRES, Sorte};
use domain::personnel::droits::{Droits, Portee, Pouvoir, Role, Verdict};
use domain::personnel::{Commande, Facts, Fiche, Personnel, decide, effets, evolve};
use domain::refus::CodeRefus;
use jiff::Timestamp;
use proptest::prelude::*;

fn roles() -> Vec<(&'static str, Role)> {
    let centres = || ["A".into()].into();
    let commissions = || ["JURY".into()].into();
    vec![
        ("administrateur", Role::Administrateur),
        ("gestionnaire", Role::Gestionnaire { centres: centres() }),
        (
            "commission",
            Role::Commission {
                commissions: commissions(),
            },
        ),
        ("support", Role::Support),
        ("support_lecture", Role::SupportLecture),
    ]
}

/// The whole table, as text.
fn matrice() -> String {
    let (a, b) = (CentreCode::new("A"), CentreCode::new("B"));
    let (jury, autre) = (CommissionCode::new("JURY"), CommissionCode::new("AUTRE"));
    // The formation's centre is the manager's or not; its commission is the member's or not.
    let ici = Portee {
        centre: &a,
        commission: Some(&jury),
    };
    let ailleurs = Portee {
        centre: &b,
        commission: Some(&autre),
    };
    let sans = Portee {
        centre: &b,
        commission: None,
    };
    let mut texte = format!(
        "{:<16} {:<18} {:>5} {:>9} {:>16}\n",
        "role", "pouvoir", "ici", "ailleurs", "sans commission"
    );
    for (interrupteurs, nom) in [(false, ""), (true, "+")] {
        for (code, role) in roles() {
            let droits = Droits {
                roles: [role].into(),
                peut_saisir_avis: interrupteurs,
                peut_valider_avis: interrupteurs,
            };
            for pouvoir in Pouvoir::TOUS {
                let dire = |portee| match droits.verdict(pouvoir, Some(portee)) {
                    Verdict::Permis => "oui",
                    Verdict::Ailleurs => "404",
                    Verdict::Interdit => "403",
                };
                let pouvoir = serde_json::to_value(pouvoir).unwrap();
                texte.extend([format!(
                    "{:<16} {:<18} {:>5} {:>9} {:>16}\n",
                    format!("{code}{nom}"),
                    pouvoir.as_str().unwrap(),
                    dire(ici),
                    dire(ailleurs),
                    dire(sans)
                )]);
            }
        }
    }
    texte
}

#[test]
fn q15_la_table_des_droits_est_celle_du_fichier() {
    let chemin = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/matrices/droits-du-personnel.txt"
    );
    let attendue = std::fs::read_to_string(chemin).unwrap_or_default();
    let matrice = matrice();
    if std::env::var_os("RECRIRE").is_some() {
        std::fs::write(chemin, &matrice).unwrap();
    }
    assert_eq!(
        matrice, attendue,
        "read the difference, then run with RECRIRE=1"
    );
}

fn maintenant() -> Timestamp {
    "2027-03-01T08:00:00Z".parse().unwrap()
}

fn fiche(id: &str, role: Role) -> Box<Fiche> {
    Box::new(Fiche {
        id: id.into(),
        mail: format!("{id}@univ.example"),
        nom: "Nom".to_owned(),
        prenom: "Prénom".to_owned(),
        droits: Droits {
            roles: [role].into(),
            ..Droits::default()
        },
        langue: Default::default(),
        cree_le: maintenant(),
    })
}

fn lien(nonce: &str) -> Lien {
    Lien {
        nonce: nonce.to_owned(),
        expire_le: "2027-03-02T08:00:00Z".parse().unwrap(),
    }
}

struct Essai {
    etat: Personnel,
    administrateurs: BTreeSet<PersonnelId>,
    maintenant: Timestamp,
    dus: Vec<Effet>,
}

impl Essai {
    fn nouveau(role: Role) -> Self {
        let mut essai = Self {
            etat: Personnel::Absent,
            administrateurs: BTreeSet::new(),
            maintenant: maintenant(),
            dus: Vec::new(),
        };
        essai
            .faire(Commande::Inviter {
                fiche: fiche("p", role),
                lien: lien("n1"),
                par: None,
            })
            .unwrap();
        essai
    }

    fn actif(role: Role) -> Self {
        let mut essai = Self::nouveau(role);
        essai
            .faire(Commande::Accepter {
                nonce: "n1".to_owned(),
                mot_de_passe: "h".to_owned(),
            })
            .unwrap();
        essai
    }

    fn faire(&mut self, commande: Commande) -> Result<usize, CodeRefus> {
        let facts = Facts {
            maintenant: self.maintenant,
            administrateurs: &self.administrateurs,
        };
        let evenements = decide(&self.etat, commande, &facts).map_err(|r| r.code)?;
        self.dus.clear();
        for evenement in &evenements {
            self.etat = evolve(std::mem::take(&mut self.etat), evenement);
            self.dus.extend(effets(&self.etat, evenement));
        }
        let id = PersonnelId::new("p");
        if self.etat.administre() {
            self.administrateurs.insert(id);
        } else {
            self.administrateurs.remove(&id);
        }
        Ok(evenements.len())
    }

    fn epoque(&self) -> u32 {
        match &self.etat {
            Personnel::Actif(actif) => actif.epoque,
            Personnel::Absent | Personnel::Invite { .. } | Personnel::Desactive { .. } => 0,
        }
    }
}

#[test]
fn q17_on_entre_par_une_invitation_qui_ne_sert_qu_une_fois() {
    let mut essai = Essai::nouveau(Role::Support);
    let Some(Effet::MailPersonnel(mail)) = essai.dus.first() else {
        panic!("an invitation is owed")
    };
    assert_eq!(mail.lien.as_ref().unwrap().0, But::Invitation);
    essai
        .faire(Commande::RenvoyerInvitation {
            lien: lien("n2"),
            par: None,
        })
        .unwrap();
    let accepter = |nonce: &str| Commande::Accepter {
        nonce: nonce.to_owned(),
        mot_de_passe: "h".to_owned(),
    };
    assert_eq!(essai.faire(accepter("n1")), Err(CodeRefus::LienRemplace));
    essai.maintenant = "2027-03-03T08:00:00Z".parse().unwrap();
    assert_eq!(essai.faire(accepter("n2")), Err(CodeRefus::LienExpire));
    essai.maintenant = maintenant();
    assert_eq!(essai.faire(accepter("n2")), Ok(1));
    assert_eq!(essai.faire(accepter("n2")), Err(CodeRefus::LienRemplace));
}

#[test]
fn q17_le_dernier_administrateur_reste() {
    let mut essai = Essai::actif(Role::Administrateur);
    let retirer = |id: &str| {
        let par = Some(PersonnelId::new(id));
        [
            Commande::Desactiver { par: par.clone() },
            Commande::Modifier {
                nom: "Nom".to_owned(),
                prenom: "Prénom".to_owned(),
                droits: Droits {
                    roles: [Role::Support].into(),
                    ..Droits::default()
                },
                par,
            },
        ]
    };
    for commande in retirer("p") {
        assert_eq!(essai.faire(commande), Err(CodeRefus::DernierAdministrateur));
    }
    essai.administrateurs.insert("autre".into());
    for commande in retirer("autre") {
        let mut essai = Essai {
            etat: essai.etat.clone(),
            administrateurs: essai.administrateurs.clone(),
            maintenant: maintenant(),
            dus: vec![],
        };
        assert_eq!(essai.faire(commande), Ok(1));
    }
}

#[test]
fn q17_un_code_et_un_recours_ne_servent_qu_une_fois() {
    let mut essai = Essai::actif(Role::Support);
    essai
        .faire(Commande::CommencerSecond {
            nonce: "s".to_owned(),
        })
        .unwrap();
    let confirmer = |nonce: &str| Commande::ConfirmerSecond {
        nonce: nonce.to_owned(),
        pas: 10,
        recours: ["r".to_owned()].into(),
    };
    assert_eq!(
        essai.faire(confirmer("autre")),
        Err(CodeRefus::SecondFacteurFaux)
    );
    assert_eq!(essai.faire(confirmer("s")), Ok(1));
    assert_eq!(
        essai.faire(Commande::CommencerSecond {
            nonce: "vol".to_owned()
        }),
        Err(CodeRefus::SecondFacteurActif)
    );
    for (pas, attendu) in [
        (10, Err(CodeRefus::SecondFacteurFaux)),
        (11, Ok(1)),
        (11, Err(CodeRefus::SecondFacteurFaux)),
        (9, Err(CodeRefus::SecondFacteurFaux)),
        (12, Ok(1)),
    ] {
        assert_eq!(
            essai.faire(Commande::ProuverSecond { pas }),
            attendu,
            "step {pas}"
        );
    }
    let recours = || Commande::UtiliserRecours {
        empreinte: "r".to_owned(),
    };
    assert_eq!(essai.faire(recours()), Ok(1));
    assert_eq!(essai.dus.len(), 1, "the owner is told");
    assert_eq!(essai.faire(recours()), Err(CodeRefus::SecondFacteurFaux));
}

#[test]
fn q17_les_sessions_finissent_avec_ce_qui_les_prouvait() {
    let mut essai = Essai::actif(Role::Support);
    let avant = essai.epoque();
    essai
        .faire(Commande::Rehacher {
            mot_de_passe: "h2".to_owned(),
        })
        .unwrap();
    assert_eq!(essai.epoque(), avant);
    essai
        .faire(Commande::ChangerMotDePasse {
            mot_de_passe: "h3".to_owned(),
        })
        .unwrap();
    assert_eq!(essai.epoque(), avant + 1);
    essai.faire(Commande::Desactiver { par: None }).unwrap();
    essai
        .faire(Commande::RenvoyerInvitation {
            lien: lien("n9"),
            par: None,
        })
        .unwrap();
    essai
        .faire(Commande::Accepter {
            nonce: "n9".to_owned(),
            mot_de_passe: "h".to_owned(),
        })
        .unwrap();
    assert!(
        essai.epoque() > avant + 1,
        "a session of before the absence stays ended"
    );
}

fn affaire() -> impl Strategy<Value = Commande> {
    any::<bool>().prop_map(|garde| {
        let (sorte, nom) = (Sorte::Vue, "la mienne".to_owned());
        if garde {
            Commande::GarderAffaire {
                sorte,
                nom,
                contenu: "etat=transmis".to_owned(),
            }
        } else {
            Commande::OublierAffaire { sorte, nom }
        }
    })
}

fn commande() -> impl Strategy<Value = Commande> {
    let nonce = || prop_oneof![Just("n1".to_owned()), Just("n2".to_owned())];
    prop_oneof![
        nonce().prop_map(|n| Commande::RenvoyerInvitation {
            lien: lien(&n),
            par: None
        }),
        nonce().prop_map(|nonce| Commande::Accepter {
            nonce,
            mot_de_passe: "h".to_owned()
        }),
        Just(Commande::Desactiver { par: None }),
        any::<bool>().prop_map(|admin| Commande::Modifier {
            nom: "Nom".to_owned(),
            prenom: "Prénom".to_owned(),
            droits: Droits {
                roles: [if admin {
                    Role::Administrateur
                } else {
                    Role::Support
                }]
                .into(),
                ..Droits::default()
            },
            par: None,
        }),
        nonce().prop_map(|n| Commande::DemanderReinitialisation { lien: lien(&n) }),
        nonce().prop_map(|nonce| Commande::Reinitialiser {
            nonce,
            mot_de_passe: "h".to_owned()
        }),
        nonce().prop_map(|nonce| Commande::CommencerSecond { nonce }),
        (nonce(), 0_u64..9).prop_map(|(nonce, pas)| Commande::ConfirmerSecond {
            nonce,
            pas,
            recours: ["r".to_owned()].into()
        }),
        (0_u64..9).prop_map(|pas| Commande::ProuverSecond { pas }),
        Just(Commande::UtiliserRecours {
            empreinte: "r".to_owned()
        }),
        Just(Commande::RetirerSecond { par: None }),
        nonce().prop_map(|cle| Commande::LierIdentite { cle }),
        Just(Commande::DelierIdentite { par: None }),
        affaire(),
    ]
}

proptest! {
    #[test]
    fn q17_quoi_qu_il_arrive_un_administrateur_qui_l_est_le_reste_s_il_est_seul(commandes in prop::collection::vec(commande(), 0..40)) {
        let mut essai = Essai::actif(Role::Administrateur);
        for commande in commandes {
            let (avant, epoque) = (essai.etat.clone(), essai.epoque());
            match essai.faire(commande) {
                Ok(_) => {}
                Err(_) => prop_assert_eq!(&avant, &essai.etat, "a refusal changes nothing"),
            }
            prop_assert!(essai.etat.administre());
            prop_assert!(essai.epoque() >= epoque, "an epoch never goes back");
        }
    }
}

#[test]
fn ce_qu_une_personne_garde_a_une_limite_et_se_remplace() {
    let mut essai = Essai::actif(Role::Support);
    let garder = |nom: &str, contenu: &str| Commande::GarderAffaire {
        sorte: Sorte::Vue,
        nom: nom.to_owned(),
        contenu: contenu.to_owned(),
    };
    for n in 0..MAX_AFFAIRES {
        essai
            .faire(garder(&format!("vue {n}"), "etat=transmis"))
            .unwrap();
    }
    assert!(essai.faire(garder("une de trop", "")).is_err());
    essai.faire(garder("vue 0", "etat=complet")).unwrap();
    assert!(essai.faire(garder(" ", "")).is_err(), "a name is needed");
    let oublier = Commande::OublierAffaire {
        sorte: Sorte::Vue,
        nom: "vue 1".to_owned(),
    };
    essai.faire(oublier).unwrap();
    essai.faire(garder("une autre", "")).unwrap();
    let Personnel::Actif(actif) = &essai.etat else {
        panic!("at work");
    };
    assert_eq!(actif.affaires.vues["vue 0"], "etat=complet");
    assert!(!actif.affaires.vues.contains_key("vue 1"));
    assert!(actif.affaires.modeles.is_empty());
}
