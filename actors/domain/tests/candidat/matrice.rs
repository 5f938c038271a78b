//! Every situation of an account × command × role, as a reviewed text file.
//! `POSTULE_ECRIRE=1` writes it anew, to be read before it is committed.

use std::path::PathBuf;

use domain::candidat::{Candidat, Commande, Evenement, Identite};
use domain::dossier::{ActeTiroir, Acteur};
use domain::langue::Langue;
use domain::profil::{Baccalaureat, Rubrique};

use crate::monde::{
    AUTRE_MAIL, MAIL, Monde, adresse, creer, entree, fiche, gestionnaire, informations, instant,
    lien, ouvrir, ranger,
};

/// The situations, by name.
#[expect(clippy::too_many_lines, reason = "a table: one row per thing")]
fn situations() -> Vec<(&'static str, Monde)> {
    let le = |mut monde: Monde, le: &str| {
        monde.maintenant = instant(le);
        monde
    };
    let reinitialiser = |monde: Monde| {
        let lien = lien(2, monde.maintenant);
        monde.ok(Commande::DemanderReinitialisation { lien, sso: false })
    };
    let changer = |monde: Monde| {
        let (mail, lien) = (AUTRE_MAIL.to_owned(), lien(3, monde.maintenant));
        monde.ok(Commande::DemanderChangementMail { mail, lien })
    };
    let rattacher = |monde: Monde| {
        let lien = lien(4, monde.maintenant);
        monde.ok(Commande::DemanderRattachement { lien })
    };
    let rattache = |monde: Monde| {
        monde.ok(Commande::Rattacher {
            nonce: None,
            identite: identite("ent/elise"),
        })
    };
    let ouvert = |monde: Monde| monde.ok(ouvrir("d1", "A1", Acteur::Candidat));
    let clos = |monde: Monde| {
        monde.ok(Commande::CloreDossier {
            dossier: "d1".into(),
        })
    };
    let garni = Monde::complet()
        .ok(ranger())
        .ok(Commande::RecevoirCursus(fiche(1)))
        .ok(Commande::EcrireEntree {
            rubrique: Rubrique::Stages,
            id: "e1".into(),
            nouvelle: true,
            entree: entree(),
        });
    let rebond = Monde::actif().ok(Commande::SignalerRebond {
        mail: MAIL.to_owned(),
        raison: "550".to_owned(),
    });
    vec![
        ("absent", Monde::new()),
        ("a_valider", Monde::a_valider()),
        ("a_valider, lien expiré", Monde::a_valider().plus_tard(1)),
        ("actif", Monde::actif()),
        ("actif, lien de mot de passe", reinitialiser(Monde::actif())),
        (
            "actif, lien de mot de passe expiré",
            reinitialiser(Monde::actif()).plus_tard(1),
        ),
        ("actif, rattachement demandé", rattacher(Monde::actif())),
        (
            "actif, lien de rattachement expiré",
            rattacher(Monde::actif()).plus_tard(1),
        ),
        ("actif, identité rattachée", rattache(Monde::actif())),
        ("actif, nouvelle adresse demandée", changer(Monde::actif())),
        ("actif, adresse refusée", rebond),
        ("actif, profil complet", Monde::complet()),
        ("actif, profil garni", garni),
        (
            "actif, limite du centre atteinte",
            ouvert(Monde::complet()).ok(ouvrir("d2", "A2", gestionnaire())),
        ),
        ("actif, dossier annulé", clos(ouvert(Monde::complet()))),
        (
            "actif, candidatures closes",
            le(Monde::complet(), "2027-05-16T00:00:00Z"),
        ),
        (
            "actif, hors campagne",
            le(Monde::complet(), "2027-12-02T00:00:00Z"),
        ),
        ("expire", Monde::a_valider().ok(Commande::Expirer)),
    ]
}

fn identite(cle: &str) -> Box<Identite> {
    Box::new(Identite {
        cle: cle.to_owned(),
        ine: None,
        numero_etudiant: None,
    })
}

/// Each command, by name, as sensible as it can be whatever the situation.
#[expect(clippy::too_many_lines, reason = "a table: one row per thing")]
fn commandes(monde: &Monde) -> Vec<(&'static str, Commande)> {
    let neuf = || lien(9, monde.maintenant);
    let nonce = |n: &str| n.to_owned();
    let hache = || "hache-1".to_owned();
    let ecrire = |id: &str, nouvelle| Commande::EcrireEntree {
        rubrique: Rubrique::Stages,
        id: id.into(),
        nouvelle,
        entree: entree(),
    };
    vec![
        ("creer", creer(monde.maintenant, neuf())),
        ("signaler_doublon", Commande::SignalerDoublon),
        ("renvoyer_lien", Commande::RenvoyerLien { lien: neuf() }),
        (
            "valider",
            Commande::Valider {
                nonce: nonce("0001"),
            },
        ),
        (
            "valider, autre lien",
            Commande::Valider {
                nonce: nonce("0000"),
            },
        ),
        ("expirer", Commande::Expirer),
        (
            "corriger_mail",
            Commande::CorrigerMail {
                mail: AUTRE_MAIL.to_owned(),
                lien: neuf(),
            },
        ),
        (
            "demander_reinitialisation",
            Commande::DemanderReinitialisation {
                lien: neuf(),
                sso: false,
            },
        ),
        (
            "demander_rattachement",
            Commande::DemanderRattachement { lien: neuf() },
        ),
        (
            "rattacher par le lien",
            Commande::Rattacher {
                nonce: Some(nonce("0004")),
                identite: identite("ent/elise"),
            },
        ),
        (
            "rattacher par mot de passe",
            Commande::Rattacher {
                nonce: None,
                identite: identite("ent/elise"),
            },
        ),
        (
            "rattacher un autre",
            Commande::Rattacher {
                nonce: None,
                identite: identite("ent/lea"),
            },
        ),
        (
            "reinitialiser",
            Commande::Reinitialiser {
                nonce: nonce("0002"),
                mot_de_passe: hache(),
            },
        ),
        (
            "changer_mot_de_passe",
            Commande::ChangerMotDePasse {
                mot_de_passe: hache(),
            },
        ),
        (
            "rehacher",
            Commande::Rehacher {
                mot_de_passe: hache(),
            },
        ),
        (
            "changer_langue fr",
            Commande::ChangerLangue { langue: Langue::Fr },
        ),
        (
            "changer_langue en",
            Commande::ChangerLangue { langue: Langue::En },
        ),
        (
            "demander_mail",
            Commande::DemanderChangementMail {
                mail: AUTRE_MAIL.to_owned(),
                lien: neuf(),
            },
        ),
        (
            "confirmer_mail",
            Commande::ConfirmerMail {
                nonce: nonce("0003"),
            },
        ),
        (
            "informations",
            Commande::EnregistrerInformations(informations()),
        ),
        ("adresse", Commande::EnregistrerAdresse(Box::new(adresse()))),
        (
            "baccalaureat",
            Commande::EnregistrerBaccalaureat(Box::new(Baccalaureat::Sans)),
        ),
        (
            "reprendre_scolarite",
            Commande::ReprendreScolarite {
                informations: informations(),
                fiche: fiche(2),
            },
        ),
        ("recevoir_cursus", Commande::RecevoirCursus(fiche(2))),
        ("recevoir_cursus ancien", Commande::RecevoirCursus(fiche(1))),
        ("ajouter_entree", ecrire("e2", true)),
        ("changer_entree", ecrire("e1", false)),
        (
            "retirer_entree",
            Commande::RetirerEntree {
                rubrique: Rubrique::Stages,
                id: "e1".into(),
            },
        ),
        ("ouvrir A1", ouvrir("d9", "A1", Acteur::Candidat)),
        ("ouvrir B1", ouvrir("d9", "B1", Acteur::Candidat)),
        ("ouvrir A1 pour lui", ouvrir("d9", "A1", gestionnaire())),
        ("ouvrir B1 pour lui", ouvrir("d9", "B1", gestionnaire())),
        (
            "clore_dossier",
            Commande::CloreDossier {
                dossier: "d1".into(),
            },
        ),
        ("ranger CV", ranger()),
        (
            "oter CV",
            Commande::Tiroir(ActeTiroir::Oter { piece: "CV".into() }),
        ),
        (
            "signaler_rebond",
            Commande::SignalerRebond {
                mail: MAIL.to_owned(),
                raison: "550".to_owned(),
            },
        ),
        (
            "signaler_rebond d'ailleurs",
            Commande::SignalerRebond {
                mail: "x@univ.example".to_owned(),
                raison: "550".to_owned(),
            },
        ),
        (
            "lever_rebond",
            Commande::LeverRebond {
                mail: MAIL.to_owned(),
            },
        ),
    ]
}

const fn etat(candidat: &Candidat) -> &'static str {
    match candidat {
        Candidat::Absent => "absent",
        Candidat::AValider { .. } => "a_valider",
        Candidat::Actif(_) => "actif",
        Candidat::Expire(_) => "expire",
    }
}

fn nom(evenement: &Evenement) -> String {
    let json = serde_json::to_value(evenement).unwrap();
    json["type"].as_str().unwrap().to_owned()
}

fn case(avant: &Monde, commande: Commande) -> String {
    let mut monde = avant.clone();
    match monde.faire(commande) {
        Err(refus) => {
            assert_eq!(monde.candidat, avant.candidat, "a refusal changes nothing");
            let code = serde_json::to_value(refus.code).unwrap();
            format!("✗ {}", code.as_str().unwrap())
        }
        Ok(evenements) if evenements.is_empty() => "=".to_owned(),
        Ok(evenements) => {
            let noms: Vec<String> = evenements.iter().map(nom).collect();
            format!("→ {} ({})", etat(&monde.candidat), noms.join(", "))
        }
    }
}

#[test]
fn q03_la_table_du_compte_est_celle_qui_a_ete_relue() {
    let mut lignes = vec![
        "# What each command comes to, by situation of the account. Generated by the domain's tests; read it, then commit it.".to_owned(),
        "# « pour lui »: by a manager; every other command is the candidate's own, or the system's for them.".to_owned(),
    ];
    for (situation, avant) in situations() {
        lignes.push(format!("\n## {situation}"));
        for (nom, commande) in commandes(&avant) {
            lignes.push(format!("{nom:<28} {}", case(&avant, commande)));
        }
    }
    let attendu = lignes.join("\n") + "\n";
    let chemin =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/matrices/candidat.txt");
    if std::env::var_os("POSTULE_ECRIRE").is_some() {
        std::fs::write(&chemin, &attendu).unwrap();
    }
    let lu = std::fs::read_to_string(&chemin).unwrap_or_default();
    let differe = lu.lines().zip(attendu.lines()).find(|(a, b)| a != b);
    assert!(
        lu == attendu,
        "{} is not what the rules say; first difference: {differe:?}. POSTULE_ECRIRE=1 writes it anew.",
        chemin.display()
    );
}
