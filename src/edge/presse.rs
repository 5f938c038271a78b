//! A request's body with a deadline: who sends drop by drop is told to come back (Q19).

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// How long a body may pause.
const PAUSE: Duration = Duration::from_secs(20);
/// How long a body may take in all: 4 MiB over a slow telephone line.
const ENTIER: Duration = Duration::from_secs(300);

/// The body came too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
pub(super) struct TropLent;

/// Whether this is the reason of an error.
pub(super) fn trop_lent(erreur: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(erreur);
    while let Some(erreur) = cause {
        if erreur.is::<TropLent>() {
            return true;
        }
        cause = erreur.source();
    }
    false
}

struct Presse {
    corps: Body,
    pause: Duration,
    fin: Instant,
    reveil: Pin<Box<Sleep>>,
}

/// The same body, that must come in time.
pub(super) fn presser(corps: Body) -> Body {
    presser_de(corps, PAUSE, ENTIER)
}

fn presser_de(corps: Body, pause: Duration, entier: Duration) -> Body {
    if corps.is_end_stream() {
        return corps;
    }
    let maintenant = Instant::now();
    Body::new(Presse {
        corps,
        pause,
        fin: maintenant + entier,
        reveil: Box::pin(tokio::time::sleep(pause.min(entier))),
    })
}

impl HttpBody for Presse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let moi = &mut *self;
        match Pin::new(&mut moi.corps).poll_frame(cx) {
            Poll::Ready(Some(Ok(trame))) if Instant::now() < moi.fin => {
                let prochain = (Instant::now() + moi.pause).min(moi.fin);
                moi.reveil.as_mut().reset(prochain);
                Poll::Ready(Some(Ok(trame)))
            }
            Poll::Ready(Some(Ok(_))) => Poll::Ready(Some(Err(axum::Error::new(TropLent)))),
            Poll::Ready(autre) => Poll::Ready(autre),
            Poll::Pending => moi
                .reveil
                .as_mut()
                .poll(cx)
                .map(|()| Some(Err(axum::Error::new(TropLent)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.corps.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.corps.size_hint()
    }
}

/// The next bytes of a body.
pub(super) async fn suite(corps: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match corps.frame().await? {
            Ok(trame) => match trame.into_data() {
                Ok(octets) => return Some(Ok(octets)),
                // Trailers say nothing to us.
                Err(_fin) => {}
            },
            Err(erreur) => return Some(Err(erreur)),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    fn gouttes(ecart: Duration) -> Body {
        let flux = futures_util::stream::iter(0..10_u8).then(move |rang| async move {
            tokio::time::sleep(ecart).await;
            Ok::<_, std::convert::Infallible>(Bytes::from(vec![rang]))
        });
        Body::from_stream(flux)
    }

    async fn lu(ecart_ms: u64, pause_ms: u64, entier_ms: u64) -> Result<usize, bool> {
        let ms = Duration::from_millis;
        let corps = presser_de(gouttes(ms(ecart_ms)), ms(pause_ms), ms(entier_ms));
        let lu = corps.collect().await;
        lu.map(|c| c.to_bytes().len()).map_err(|e| trop_lent(&e))
    }

    #[tokio::test(start_paused = true)]
    async fn q19_un_corps_goutte_a_goutte_est_arrete() {
        assert_eq!(lu(10, 20, 1_000).await, Ok(10));
        assert_eq!(lu(30, 20, 1_000).await, Err(true), "a pause too long");
        assert_eq!(lu(10, 20, 55).await, Err(true), "too long in all");
    }
}
