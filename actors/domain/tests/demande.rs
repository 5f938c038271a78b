//! The rules of a request, over every order of commands.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use domain::demande::{
    Arrivee, Auteur, Canal, Commande, Demande, EtatDemande, EtatMessage, Evenement, Facts,
    MAX_MESSAGES, Message, Note, Rattachement, Sens, decide, effets, evolve,
};
use domain::effet::Effet;
use domain::ids::{DemandeId, PersonnelId};
use domain::langue::Langue;
use domain::refus::CodeRefus;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn facts(jours: i64) -> Facts {
    Facts {
        maintenant: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * jours),
        delai_reponse: SignedDuration::from_hours(48),
        delai_reouverture: SignedDuration::from_hours(24 * 14),
    }
}

fn message(id: &str, jours: i64) -> Message {
    Message {
        id: id.to_owned(),
        sens: Sens::Entrant,
        canal: Canal::Mail,
        par: Auteur::Demandeur,
        le: facts(jours).maintenant,
        de: "elle@univ.example".to_owned(),
        a: "aide@univ.example".to_owned(),
        objet: "Question".to_owned(),
        texte: "Où en est mon dossier ?".to_owned(),
        message_id: Some(format!("{id}@univ.example")),
        references: Vec::new(),
        sha256: None,
        pieces: Vec::new(),
        defauts: Vec::new(),
        envoi: None,
    }
}

fn recevoir(id: &str, jours: i64, sans_suite: bool) -> Commande {
    Commande::Recevoir {
        id: DemandeId::new("D"),
        arrivee: Box::new(Arrivee {
            message: message(id, jours),
            nom: "Elle".to_owned(),
            objet: "Question".to_owned(),
            langue: Langue::Fr,
            rattachement: Rattachement::default(),
            classes: Vec::new(),
            urgent: false,
            signalements: Vec::new(),
            projet: None,
            sans_suite,
            origine: None,
        }),
    }
}

fn seul(recu: &str, id: &str) -> Commande {
    Commande::RepondreSeul {
        texte: "Voici.".to_owned(),
        modele: "support_suivi".to_owned(),
        clore: false,
        recu: recu.to_owned(),
        message: id.to_owned(),
    }
}

fn agent() -> PersonnelId {
    PersonnelId::new("agent")
}

fn repondre(id: &str, clore: bool) -> Commande {
    Commande::Repondre {
        texte: "Réponse.".to_owned(),
        clore,
        par: agent(),
        message: id.to_owned(),
    }
}

/// Decides and evolves; the events.
fn faire(
    demande: &mut Demande,
    commande: Commande,
    jours: i64,
) -> Result<Vec<Evenement>, CodeRefus> {
    let faits = decide(demande, commande, &facts(jours)).map_err(|r| r.code)?;
    for fait in &faits {
        *demande = evolve(std::mem::take(demande), fait);
    }
    Ok(faits)
}

fn recue() -> Demande {
    let mut demande = Demande::default();
    faire(&mut demande, recevoir("m1", 0, false), 0).unwrap();
    demande
}

#[test]
fn s59_une_reponse_rouvre_puis_apres_le_delai_une_autre_demande_commence() {
    let mut demande = recue();
    faire(&mut demande, repondre("r1", true), 1).unwrap();
    assert_eq!(demande.etat(), Some(EtatDemande::Close));
    faire(&mut demande, recevoir("m2", 10, false), 10).unwrap();
    assert_eq!(demande.etat(), Some(EtatDemande::EnCours));
    assert_eq!(demande.fond().unwrap().reouvertures, 1);
    faire(
        &mut demande,
        Commande::Clore {
            par: Auteur::Demandeur,
        },
        10,
    )
    .unwrap();
    let tard = faire(&mut demande, recevoir("m3", 30, false), 30);
    assert_eq!(tard, Err(CodeRefus::DemandeClose));
}

#[test]
fn s53_un_merci_clot_et_ne_rouvre_pas() {
    let mut demande = recue();
    faire(&mut demande, repondre("r1", true), 1).unwrap();
    faire(&mut demande, recevoir("merci", 2, true), 2).unwrap();
    assert_eq!(demande.etat(), Some(EtatDemande::Close));
    assert_eq!(demande.fond().unwrap().messages.len(), 3);
}

#[test]
fn s35_une_personne_qui_s_en_occupe_exclut_la_machine() {
    let mut demande = recue();
    let a = Some(agent());
    faire(&mut demande, Commande::Attribuer { a, par: agent() }, 0).unwrap();
    let refus = faire(&mut demande, seul("m1", "a1"), 0);
    assert_eq!(refus, Err(CodeRefus::ReponseAutomatiqueExclue));
}

#[test]
fn s60_la_reponse_suit_le_fil_et_va_a_qui_demande() {
    let mut demande = recue();
    let faits = faire(&mut demande, repondre("r1", false), 1).unwrap();
    let dus: Vec<Effet> = faits.iter().flat_map(|f| effets(&demande, f)).collect();
    let [Effet::MailDemande(mail)] = &dus[..] else {
        unreachable!("{dus:?}")
    };
    assert_eq!(mail.a, "elle@univ.example");
    assert_eq!(mail.references, ["m1@univ.example"]);
    assert!(!mail.automatique);
}

#[test]
fn s65_une_note_n_est_jamais_due_a_personne() {
    let mut demande = recue();
    let note = Note {
        par: agent(),
        le: facts(0).maintenant,
        texte: "interne".to_owned(),
    };
    for fait in faire(&mut demande, Commande::Noter { note }, 0).unwrap() {
        assert!(effets(&demande, &fait).is_empty());
    }
}

#[test]
fn une_demande_pleine_en_commence_une_autre() {
    let mut demande = recue();
    for rang in 1..MAX_MESSAGES {
        faire(&mut demande, recevoir(&format!("x{rang}"), 0, false), 0).unwrap();
    }
    let trop = faire(&mut demande, recevoir("trop", 0, false), 0);
    assert_eq!(trop, Err(CodeRefus::DemandeClose));
}

fn une_commande() -> impl Strategy<Value = Commande> {
    let id = 0..5_u8;
    prop_oneof![
        (id.clone(), any::<bool>()).prop_map(|(n, merci)| recevoir(&format!("m{n}"), 0, merci)),
        (id.clone(), id.clone()).prop_map(|(n, a)| seul(&format!("m{n}"), &format!("a{a}"))),
        (id.clone(), any::<bool>()).prop_map(|(n, clore)| repondre(&format!("r{n}"), clore)),
        Just(Commande::Clore {
            par: Auteur::Demandeur
        }),
        Just(Commande::Rouvrir { par: agent() }),
        any::<bool>().prop_map(|oui| Commande::Attribuer {
            a: oui.then(agent),
            par: agent()
        }),
        id.prop_map(|n| Commande::Scinder {
            messages: vec![format!("m{n}")],
            vers: DemandeId::new("E"),
            par: agent(),
        }),
        Just(Commande::Fusionner {
            dans: DemandeId::new("F"),
            par: agent()
        }),
        Just(Commande::NoterEnvoi {
            message: "r1".to_owned(),
            etat: EtatMessage::Envoye {
                le: facts(0).maintenant
            },
        }),
    ]
}

proptest! {
    /// S03, S04, S35: whatever comes in whatever order and however often, one message is one message, a machine
    /// answers once at most, and a request never loses its last message.
    #[test]
    fn s35_une_seule_reponse_automatique_quel_que_soit_l_ordre(
        commandes in prop::collection::vec((une_commande(), 0..40_i64), 1..40),
    ) {
        let mut demande = recue();
        let mut automatiques = 0;
        for (commande, jours) in commandes {
            let avant = demande.clone();
            let Ok(faits) = faire(&mut demande, commande.clone(), jours) else {
                prop_assert_eq!(&demande, &avant);
                continue;
            };
            automatiques += faits.iter().filter(|f| {
                matches!(f, Evenement::Repondue { message } if matches!(message.par, Auteur::Automate { .. }))
            }).count();
            let fond = demande.fond().unwrap();
            let mut ids: Vec<&str> = fond.messages.iter().map(|m| m.id.as_str()).collect();
            prop_assert!(!ids.is_empty());
            ids.sort_unstable();
            let tous = ids.len();
            ids.dedup();
            prop_assert_eq!(ids.len(), tous, "no message twice");
            let repete = matches!(commande, Commande::Recevoir { .. } | Commande::Repondre { .. } | Commande::RepondreSeul { .. });
            if repete && !faits.is_empty() {
                let encore = decide(&demande, commande, &facts(jours));
                prop_assert!(encore.is_err() || encore.unwrap().is_empty(), "a repeat does nothing");
            }
        }
        prop_assert!(automatiques <= 1, "{} automatic answers", automatiques);
    }

    /// Events survive their stored form.
    #[test]
    fn un_evenement_relu_est_le_meme(commandes in prop::collection::vec(une_commande(), 1..20)) {
        let mut demande = recue();
        for commande in commandes {
            for fait in faire(&mut demande, commande, 1).unwrap_or_default() {
                let texte = serde_json::to_string(&fait).unwrap();
                prop_assert_eq!(serde_json::from_str::<Evenement>(&texte).unwrap(), fait);
            }
        }
    }
}
