//! Who is at the other end: the connection's address, or the one a trusted proxy tells (Q13).

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The address a connection came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair(pub(super) IpAddr);

/// The most addresses of `X-Forwarded-For` that are looked at, from the right.
const MAX_ETAPES: usize = 16;

/// The client's address. Each proxy appends whom it heard from, so the list is read from the right, and
/// only as long as it was written by a proxy that is believed.
pub(super) fn client(pair: IpAddr, entetes: &HeaderMap, confiance: &[IpAddr]) -> IpAddr {
    let mut client = pair.to_canonical();
    if !fiable(client, confiance) {
        return client;
    }
    let textes = entetes
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok());
    let mut etapes: Vec<&str> = textes.flat_map(|v| v.split(',')).map(str::trim).collect();
    etapes.reverse();
    for etape in etapes.into_iter().take(MAX_ETAPES) {
        let Some(adresse) = lire(etape) else {
            return client;
        };
        client = adresse;
        if !fiable(client, confiance) {
            return client;
        }
    }
    client
}

fn fiable(adresse: IpAddr, confiance: &[IpAddr]) -> bool {
    confiance.iter().any(|c| c.to_canonical() == adresse)
}

/// An address, with a port or in brackets as some proxies write it.
fn lire(texte: &str) -> Option<IpAddr> {
    let adresse = texte
        .parse::<IpAddr>()
        .ok()
        .or_else(|| texte.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()))
        .or_else(|| {
            let nue = texte.strip_prefix('[')?.strip_suffix(']')?;
            nue.parse().ok()
        });
    adresse.map(|a| a.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vu(pair: &str, entetes: &[&str]) -> String {
        let confiance = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let mut carte = HeaderMap::new();
        for entete in entetes {
            carte.append("x-forwarded-for", entete.parse().unwrap());
        }
        client(pair.parse().unwrap(), &carte, &confiance).to_string()
    }

    #[test]
    fn q13_x_forwarded_for_n_est_cru_que_d_un_mandataire_connu() {
        assert_eq!(vu("192.0.2.9", &["203.0.113.5"]), "192.0.2.9");
        assert_eq!(vu("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(vu("10.0.0.1", &["203.0.113.5"]), "203.0.113.5");
        assert_eq!(
            vu("::ffff:10.0.0.1", &["[2001:db8::7]:4711"]),
            "2001:db8::7"
        );
        // The client wrote the first one itself: only what the trusted proxy appended counts.
        assert_eq!(vu("10.0.0.1", &["1.2.3.4, 203.0.113.5"]), "203.0.113.5");
        assert_eq!(
            vu("10.0.0.1", &["1.2.3.4", "203.0.113.5, 10.0.0.2"]),
            "203.0.113.5"
        );
        assert_eq!(vu("10.0.0.1", &["1.2.3.4, personne, 10.0.0.2"]), "10.0.0.2");
    }
}
