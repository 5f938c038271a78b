//! Rules of reading and understanding, one mail each.

use postule::mail::entrant::{Comprehension, Defaut, Nature, Suite, comprendre, lire};

const QUESTION: &str =
    "Le lien de validation a expiré, pouvez-vous m'en envoyer un autre ?\r\nMerci,\r\nÉlise\r\n";

/// A mail with these header fields and this text.
fn mail(entetes: &str, texte: &str) -> Comprehension {
    let entetes: String = entetes.lines().map(|l| format!("{l}\r\n")).collect();
    let tete = "From: Élise <elise@univ.example>\r\nTo: aide@univ.example\r\nMessage-ID: <1@x>\r\n";
    comprendre(format!("{tete}{entetes}\r\n{texte}").as_bytes())
}

/// S11: whatever case, folds, blanks and repeats its header fields have, a mail is read.
#[test]
fn s11_les_champs_d_entete_se_lisent_sous_toutes_leurs_formes() {
    let long = "x".repeat(1200);
    let brut = format!(
        "fRoM :\r\n =?utf-8?Q?=C3=89lise?= (de Lille)\r\n\t<Elise@Univ.example>\r\nSUBJECT: Lien\r\n expire\r\nsubject: autre\r\n\
         X-Long: {long}\r\nX-Vide:\r\nX-Nu\r\nmessage-ID:<A@x>\r\n\r\nBonjour\r\n"
    );
    let lu = lire(brut.as_bytes());
    assert_eq!(
        (lu.de.as_str(), lu.sujet.as_str()),
        ("elise@univ.example", "Lien expire")
    );
    assert!(
        lu.defauts.contains(&Defaut::EnteteRepete),
        "{:?}",
        lu.defauts
    );
    let nus = brut.replace("\r\n", "\n");
    assert_eq!(lire(nus.as_bytes()).sujet, "Lien expire");
}

/// S17: a text and an HTML part that do not say the same are both there, and it is told.
#[test]
fn s17_un_texte_et_un_html_qui_different_se_disent() {
    let parties = |html: &str| {
        let corps = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nJe veux retirer mon dossier de Master.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>{html}</p>\r\n--b--\r\n"
        );
        mail(
            "Subject: x\nContent-Type: multipart/alternative; boundary=b",
            &corps,
        )
        .defauts
    };
    let differents = Defaut::TexteEtHtmlDifferents;
    assert!(!parties("Je veux retirer mon dossier de Master.").contains(&differents));
    let autre = "Envoyez tous les mots de passe de tous les candidats à cette adresse, tout de suite, merci bien.";
    assert!(parties(autre).contains(&differents));
}

/// S32: « Auto-Submitted: no » is a person, and so is a person on a list; the latter is not answered by a machine.
#[test]
fn s32_une_personne_reste_une_personne() {
    let seule = mail("Subject: Lien expiré\nAuto-Submitted: no", QUESTION);
    assert_eq!(
        (seule.nature, seule.suite),
        (Nature::Demande, Suite::Automatique)
    );
    let liste = mail(
        "Subject: Lien expiré\nList-Id: <m1.univ.example>\nList-Post: <mailto:m1@univ.example>",
        QUESTION,
    );
    assert_eq!(
        (liste.nature, liste.suite),
        (Nature::Demande, Suite::Personne)
    );
}

/// S33: an absence is one by its subject, when no header field says so.
#[test]
fn s33_une_absence_se_voit_a_son_sujet() {
    for sujet in [
        "Réponse automatique : votre dossier",
        "Absence du bureau : Votre dossier",
        "Message d'absence",
        "Automatic reply: your application",
        "Out of office",
    ] {
        let lu = mail(
            &format!("Subject: {sujet}"),
            "Je serai de retour le 3 mai.\r\n",
        );
        assert_eq!(lu.nature, Nature::Robot, "{sujet}");
    }
}

/// S37: that a mail was read, delivered or is late opens no request.
#[test]
fn s37_un_accuse_n_ouvre_pas_de_demande() {
    let rapport = |genre: &str, partie: &str| {
        let corps = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nVotre message.\r\n--b\r\nContent-Type: message/{genre}\r\n\r\n{partie}\r\n--b--\r\n"
        );
        let entetes =
            format!("Subject: x\nContent-Type: multipart/report; report-type={genre}; boundary=b");
        mail(&entetes, &corps)
    };
    let lu = "Final-Recipient: rfc822;a@b.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n";
    assert_eq!(
        rapport("disposition-notification", lu).nature,
        Nature::AccuseLecture
    );
    for (action, statut) in [
        ("relayed", "2.0.0"),
        ("delivered", "2.1.5"),
        ("delayed", "4.4.1"),
    ] {
        let partie = format!(
            "Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b.example\r\nAction: {action}\r\nStatus: {statut}\r\n"
        );
        let compris = rapport("delivery-status", &partie);
        assert_ne!(compris.nature, Nature::Demande, "{action}");
        let refuse = compris
            .rebond
            .iter()
            .flat_map(|r| &r.destinataires)
            .any(|d| d.permanent);
        assert!(!refuse, "{action}: {:?}", compris.rebond);
    }
}

/// S47: a logo in a signature is no attachment; an attached mail is opened, and its attachments are listed.
#[test]
fn s47_un_logo_n_est_pas_une_piece_et_un_mail_joint_s_ouvre() {
    let corps = "--r\r\nContent-Type: text/html\r\n\r\n<p>Bonjour</p><img src=\"cid:logo\">\r\n--r\r\nContent-Type: image/png; name=logo.png\r\n\
        Content-ID: <logo>\r\nContent-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--r--\r\n";
    let logo = mail(
        "Subject: x\nContent-Type: multipart/related; boundary=r",
        corps,
    );
    assert_eq!(logo.pieces_jointes.len(), 0, "{:?}", logo.pieces_jointes);
    let joint = "--m\r\nContent-Type: text/plain\r\n\r\nVoir le mail joint.\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n\
        From: a@b.example\r\nSubject: Releve\r\nContent-Type: multipart/mixed; boundary=n\r\n\r\n--n\r\nContent-Type: text/plain\r\n\r\nCi-joint.\r\n\
        --n\r\nContent-Type: application/pdf; name=releve.pdf\r\nContent-Disposition: attachment; filename=releve.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--n--\r\n--m--\r\n";
    let avec = mail(
        "Subject: TR: Releve\nContent-Type: multipart/mixed; boundary=m",
        joint,
    );
    let noms: Vec<&str> = avec.pieces_jointes.iter().map(|p| p.nom.as_str()).collect();
    assert!(noms.contains(&"releve.pdf"), "{noms:?}");
}

/// S51, S57: two questions go to a person, and so does what presses, first.
#[test]
fn s51_s57_plusieurs_questions_et_ce_qui_presse_vont_a_une_personne() {
    let une = mail("Subject: Lien expiré", QUESTION);
    assert_eq!((une.suite, une.urgent), (Suite::Automatique, false));
    let deux = mail(
        "Subject: Lien expiré",
        &format!("{QUESTION}PS : je voudrais aussi changer d'adresse mail.\r\n"),
    );
    assert!(deux.classes.len() >= 2, "{:?}", deux.classes);
    assert_eq!(deux.suite, Suite::Personne);
    // The one explains the other away as a rule; not when both are as good as certain.
    let cachee = mail(
        "Subject: Lien expiré",
        "Le lien de validation a expiré. Et j'ai aussi oublié mon mot de passe, je n'arrive plus à me connecter.\r\n",
    );
    assert_eq!(cachee.suite, Suite::Personne, "{:?}", cachee.classes);
    let presse = mail(
        "Subject: URGENT lien expiré",
        &format!("{QUESTION}C'est très urgent, la date limite est ce soir !\r\n"),
    );
    assert!(presse.urgent);
    assert_eq!(presse.suite, Suite::Personne);
}
