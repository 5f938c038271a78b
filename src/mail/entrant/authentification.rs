//! What our own host found out about where a mail comes from (RFC 8601): only its own words count (S28).

use super::lecture::MailEntrant;

/// Whether the sender's domain is proved to have sent it: DMARC passed, or an aligned DKIM signature or SPF did.
pub fn authentifie(mail: &MailEntrant, hote: Option<&str>) -> bool {
    let Some(hote) = hote else { return false };
    let Some((_, domaine)) = mail.de.rsplit_once('@') else {
        return false;
    };
    // Our host writes on top: what stands below may have come with the mail.
    let dernier = mail
        .entetes
        .iter()
        .filter(|(nom, _)| nom == "authentication-results")
        .map(|(_, valeur)| sans_commentaires(valeur))
        .find(|valeur| {
            let id = valeur.split(';').next().unwrap_or_default();
            let id = id.split_whitespace().next().unwrap_or_default();
            id.eq_ignore_ascii_case(hote)
        });
    let Some(valeur) = dernier else { return false };
    let unique = mail.entetes.iter().filter(|(nom, _)| nom == "from").count() == 1;
    unique
        && valeur
            .split(';')
            .skip(1)
            .any(|verdict| prouve(verdict, domaine))
}

/// One method's verdict.
fn prouve(verdict: &str, domaine: &str) -> bool {
    let bas = verdict.to_lowercase();
    let mut mots = bas.split_whitespace();
    let methode = mots.next().unwrap_or_default();
    let propriete = |nom: &str| {
        let suite = bas.split_whitespace().find_map(|mot| mot.strip_prefix(nom));
        suite.map(|v| {
            v.trim_matches('"')
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    };
    match methode {
        "dmarc=pass" => propriete("header.from=").is_none_or(|d| aligne(&d, domaine)),
        "dkim=pass" => ["header.d=", "header.i="]
            .iter()
            .filter_map(|nom| propriete(nom))
            .any(|d| aligne(&d, domaine)),
        "spf=pass" => propriete("smtp.mailfrom=").is_some_and(|d| aligne(&d, domaine)),
        _ => false,
    }
}

/// The same domain, or one within the other.
fn aligne(signe: &str, domaine: &str) -> bool {
    let dans = |petit: &str, grand: &str| {
        petit
            .strip_suffix(grand)
            .is_some_and(|avant| avant.is_empty() || avant.ends_with('.'))
    };
    let plusieurs = signe.contains('.') && domaine.contains('.');
    plusieurs && (dans(domaine, signe) || dans(signe, domaine))
}

/// `(…)` may hold anything, also what looks like a verdict.
fn sans_commentaires(texte: &str) -> String {
    let mut profondeur = 0_u32;
    let mut sortie = String::new();
    for c in texte.chars() {
        match c {
            '(' => profondeur += 1,
            ')' => profondeur = profondeur.saturating_sub(1),
            c if profondeur == 0 => sortie.push(c),
            _ => {}
        }
    }
    sortie
}

#[cfg(test)]
mod tests {
    use super::super::lire;
    use super::*;

    fn juge(entetes: &str) -> bool {
        let mail =
            format!("{entetes}\r\nFrom: Élise <elise@etu.example>\r\nSubject: x\r\n\r\nx\r\n");
        authentifie(&lire(mail.as_bytes()), Some("mx.univ.example"))
    }

    #[test]
    fn s28_seul_notre_hote_est_cru() {
        assert!(juge(
            "Authentication-Results: mx.univ.example; dmarc=pass header.from=etu.example"
        ));
        assert!(juge(
            "Authentication-Results: MX.univ.example 1; spf=fail; dkim=pass header.d=etu.example"
        ));
        assert!(juge(
            "Authentication-Results: mx.univ.example; spf=pass smtp.mailfrom=x@mail.etu.example"
        ));
        for faux in [
            "Authentication-Results: mx.autre.example; dmarc=pass header.from=etu.example",
            "Authentication-Results: mx.univ.example; dkim=pass header.d=mechant.example",
            "Authentication-Results: mx.univ.example; dmarc=fail (dmarc=pass) header.from=etu.example",
            "Authentication-Results: mx.univ.example; spf=pass smtp.mailfrom=u.example",
            "Authentication-Results: mx.univ.example; none\r\nAuthentication-Results: mx.univ.example; dmarc=pass",
            "Authentication-Results: mx.univ.example; dmarc=pass header.from=example",
            "X: y",
        ] {
            assert!(!juge(faux), "{faux}");
        }
    }

    #[test]
    fn s28_sans_hote_nomme_rien_n_est_prouve() {
        let mail = b"Authentication-Results: mx; dmarc=pass\r\nFrom: a@b.example\r\n\r\nx";
        assert!(!authentifie(&lire(mail), None));
    }
}
