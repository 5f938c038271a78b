//! Connections that want to starve the others (Q19).

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::Site;

/// Idle connections of one address: the server lets each address have a thousand.
const PAR_ADRESSE: usize = 1_000;
const ADRESSES: u8 = 10;
/// What a thousand idle connections may cost, KiB.
const MEMOIRE_PAR_MILLE: u64 = 24 * 1024;

/// What the process keeps in memory, KiB.
fn residente(pid: u32) -> u64 {
    let statut = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let ligne = statut.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    ligne.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn depuis(rang: u8, vers: SocketAddr) -> std::io::Result<TcpStream> {
    let prise = TcpSocket::new_v4()?;
    prise.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 1, rang), 0)))?;
    prise.connect(vers).await
}

/// Q19: ten thousand connections that say nothing, or begin and do not end, cost little, keep nobody out, and are closed.
#[tokio::test(flavor = "multi_thread")]
async fn q19_dix_mille_connexions_oisives_n_empechent_personne() {
    let site = Site::ouvrir();
    let vers = site.client.adresse;
    assert_eq!(site.client.lire("/formations", "").await.statut, 200);
    let avant = residente(site.postule.pid());
    let mut oisives = Vec::new();
    for rang in 0..ADRESSES {
        for numero in 0..PAR_ADRESSE {
            let mut flux = depuis(rang, vers).await.unwrap();
            if numero % 2 == 0 {
                flux.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-lent: ")
                    .await
                    .unwrap();
            }
            oisives.push(flux);
        }
    }
    assert_eq!(
        site.client.lire("/formations", "").await.statut,
        200,
        "others are served"
    );
    let cout = residente(site.postule.pid()).saturating_sub(avant);
    let permis = MEMOIRE_PAR_MILLE * u64::from(ADRESSES);
    assert!(
        cout < permis,
        "{cout} KiB for {} connections, {permis} allowed",
        oisives.len()
    );
    // Both kinds are told to go.
    for flux in oisives.iter_mut().rev().take(2) {
        let mut reste = Vec::new();
        let fin = tokio::time::timeout(Duration::from_secs(60), flux.read_to_end(&mut reste)).await;
        assert!(fin.is_ok(), "still open");
    }
    assert_eq!(site.client.lire("/formations", "").await.statut, 200);
}

/// Q19: heads that are too long, too many or malformed are refused, and the next one is served.
#[tokio::test(flavor = "multi_thread")]
async fn q19_des_entetes_enormes_sont_refuses() {
    let site = Site::ouvrir();
    let long = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
        "a".repeat(64 * 1024)
    );
    let beaucoup = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\n{}\r\n",
        "x: y\r\n".repeat(5_000)
    );
    let chemin = format!(
        "GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "a/".repeat(32 * 1024)
    );
    let deux = "POST /connexion HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for (nom, requete) in [
        ("long", long.as_str()),
        ("many", &beaucoup),
        ("path", &chemin),
        ("smuggled", deux),
    ] {
        let mut flux = TcpStream::connect(site.client.adresse).await.unwrap();
        // Refused before it was all read: the rest may not be taken.
        let _pris = flux.write_all(requete.as_bytes()).await;
        let mut lu = vec![0; 64 * 1024];
        let mut reponse = Vec::new();
        while let Ok(Ok(n @ 1..)) =
            tokio::time::timeout(Duration::from_secs(5), flux.read(&mut lu)).await
        {
            reponse.extend_from_slice(&lu[..n]);
        }
        let reponse = String::from_utf8_lossy(&reponse);
        let statuts: Vec<&str> = reponse
            .split("HTTP/1.1 ")
            .skip(1)
            .map(|r| &r[..3])
            .collect();
        assert!(statuts.len() <= 1, "« {nom} » is one request: {statuts:?}");
        assert!(
            statuts.iter().all(|s| s.starts_with('4')),
            "« {nom} »: {statuts:?}"
        );
    }
    assert_eq!(site.client.lire("/formations", "").await.statut, 200);
}
