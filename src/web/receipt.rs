//! `GET /privacy/api/v1/consents/{record}/receipt`: what a visitor can carry away and have checked by anybody.
//!
//! One address, three forms, by `Accept`: the proof, the same for machines that know consent receipts, and a page to
//! print. A link says with `?as=` which one it means, since a browser always asks for a page. Who has the record's
//! id has the right to it: it holds 74 bits of a digest that only the device that decided could know.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{self, Data, Path, Query},
};
use koektrommel_core::{
    hash::Hash,
    notice::Shown,
    receipt::Receipt,
    record::{Consent, RecordId},
    reference::Reference,
};
use serde::Deserialize;

use super::{consents, pages, problem::Problem};
use crate::{app::App, config::Site, cookie::Mode, dpv, keys, pages::frame, view};

/// What the address can say.
#[derive(Debug, Deserialize)]
pub(super) struct ReceiptQuery {
    #[serde(rename = "as")]
    form: Option<String>,
    lang: Option<String>,
}

/// What there is, the first for whoever does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A C2SP tlog-proof.
    Proof,
    /// JSON-LD.
    JsonLd,
    /// A page to print.
    Page,
}

impl Form {
    const ALL: [Self; 3] = [Self::Proof, Self::JsonLd, Self::Page];

    const fn media_type(self) -> &'static str {
        match self {
            Self::Proof => "text/plain",
            Self::JsonLd => dpv::MEDIA_TYPE,
            Self::Page => "text/html",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::JsonLd => "json-ld",
            Self::Page => "page",
        }
    }

    /// The form that is named, or the one wanted most (RFC 9110, 12.5.1); the proof where nothing decides.
    fn wanted(named: Option<&str>, accept: &str) -> Self {
        let named = named.and_then(|name| Self::ALL.into_iter().find(|form| form.name() == name));
        named.unwrap_or_else(|| {
            // The last of equals wins `max_by`, and the first is to.
            let by_weight = |a: &Self, b: &Self| a.weight(accept).total_cmp(&b.weight(accept));
            Self::ALL.into_iter().rev().max_by(by_weight).unwrap_or(Self::Proof)
        })
    }

    /// How much it is wanted, by the range that says most about it.
    fn weight(self, accept: &str) -> f32 {
        let kind = self.media_type().split('/').next().unwrap_or_default();
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let exactness = match parts.next()? {
                "*/*" => 0,
                range if range.eq_ignore_ascii_case(self.media_type()) => 2,
                range if range.strip_suffix("/*").is_some_and(|all| all.eq_ignore_ascii_case(kind)) => 1,
                _ => return None,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            Some((exactness, weight))
        });
        ranges.max_by_key(|(exactness, _)| *exactness).map_or(0.0, |(_, weight)| weight)
    }
}

/// The receipt of a record, in the form that is wanted.
pub(super) async fn get(
    request: HttpRequest,
    app: Data<App>,
    record: Path<String>,
    query: Query<ReceiptQuery>,
) -> Result<HttpResponse, Problem> {
    let accept = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let form = Form::wanted(query.form.as_deref(), &accept.collect::<Vec<_>>().join(","));
    let answer = answer(&app, &record, form, query.lang.as_deref()).await;
    let mut answer = match answer {
        Err(problem) if form == Form::Page => pages::error(&request, &problem),
        answer => answer?,
    };
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(answer)
}

async fn answer(
    app: &Data<App>,
    record: &str,
    form: Form,
    lang: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let none = || Problem::missing("There is no such record, or it has been erased.");
    let id: RecordId = record.parse().map_err(|_| none())?;
    let found = {
        let app = app.clone();
        web::block(move || {
            let Some((consent, leaf)) =
                consents::read(&app, id.index())?.filter(|(consent, _)| consent.id == id)
            else {
                return Ok(None);
            };
            Ok(app.ledger.receipt(id.index())?.map(|receipt| (consent, leaf, receipt)))
        })
    };
    let found: Result<_, crate::store::StoreError> =
        found.await.map_err(|_| Problem::unavailable("Try again.").retry_after(1))?;
    let (consent, leaf, receipt) = found?.ok_or_else(none)?;
    match form {
        Form::Proof => Ok(proof(&consent, &receipt)),
        Form::JsonLd => json_ld(app, &consent, &leaf),
        Form::Page => page(app, &consent, &leaf, lang),
    }
}

fn proof(consent: &Consent, receipt: &Receipt) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(attachment(consent, "tlog-proof"))
        .body(receipt.to_string())
}

fn json_ld(app: &App, consent: &Consent, leaf: &Hash) -> Result<HttpResponse, Problem> {
    let (site, shown) = about(app, consent)?;
    let frame = frame(&app.config, site, &consent.language, "/settings");
    let document = dpv::receipt(&dpv::Parts {
        consent,
        reference: Reference::new(consent.id.index(), leaf),
        shown: &shown,
        site,
        log: &app.config.origin,
        settings: &format!("{}{}", address_of(site), frame.links.to("/settings")),
        made: app.clock.now(),
        one_off: uuid::Builder::from_random_bytes(keys::random()?).into_uuid(),
    });
    Ok(HttpResponse::Ok()
        .content_type(dpv::MEDIA_TYPE)
        .insert_header(attachment(consent, "jsonld"))
        .body(document))
}

fn page(app: &App, consent: &Consent, leaf: &Hash, lang: Option<&str>) -> Result<HttpResponse, Problem> {
    let (site, shown) = about(app, consent)?;
    // In the language that was decided in, unless the visitor wants another.
    let wish = lang.and_then(|lang| site.offered(lang)).or_else(|| site.offered(consent.language.as_str()));
    let language = wish.or(site.languages.first()).unwrap_or(&consent.language);
    let path = format!("/api/v1/consents/{}/receipt", consent.id);
    let frame = frame(&app.config, site, language, &path);
    let content = view::receipt::content(&view::receipt::Page {
        words: frame.words,
        links: frame.links,
        consent,
        leaf,
        shown: &shown,
        log: &app.config.origin,
    });
    let mut answer = HttpResponse::Ok();
    // The address opens the record, so no link takes it along.
    answer.insert_header((header::REFERRER_POLICY, "no-referrer"));
    Ok(pages::html(&mut answer, &frame, frame.words.get("page.receipt.title"), &content))
}

/// Where the pages of a site are that share our address, if that is told; without it an address has no host.
fn address_of(site: &Site) -> &str {
    let origin = site.origins.first().filter(|_| site.mode == Mode::SameOrigin);
    origin.map_or("", String::as_str)
}

/// The site of a record and what its visitor was shown.
fn about<'a>(app: &'a App, consent: &Consent) -> Result<(&'a Site, Shown), Problem> {
    let gone = || Problem::missing("The site of this record is no longer served here.");
    let site = app.config.site(Some(&consent.site)).ok_or_else(gone)?;
    let shown = app.notices.get(consent.notice).and_then(|notice| notice.shown().ok());
    let shown = shown.ok_or_else(|| Problem::internal("The notice of this record cannot be read."))?;
    Ok((site, shown))
}

fn attachment(consent: &Consent, extension: &str) -> (header::HeaderName, String) {
    (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{extension}\"", consent.id))
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn the_form_wanted_most_is_sent() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, form) in [
            ("", Form::Proof),
            ("*/*", Form::Proof),
            ("text/plain", Form::Proof),
            ("application/ld+json", Form::JsonLd),
            ("application/*", Form::JsonLd),
            ("text/html;q=0.5, application/ld+json;q=0.9, text/plain;q=0.1", Form::JsonLd),
            ("Text/HTML", Form::Page),
            (browser, Form::Page),
            ("text/*", Form::Proof),
            ("text/plain;q=0, */*", Form::JsonLd),
            ("image/png", Form::Proof),
            ("text/html;q=nonsense", Form::Page),
        ] {
            assert_eq!(Form::wanted(None, accept), form, "{accept}");
        }
        assert_eq!(Form::wanted(Some("proof"), browser), Form::Proof);
        assert_eq!(Form::wanted(Some("json-ld"), browser), Form::JsonLd);
        assert_eq!(Form::wanted(Some("page"), ""), Form::Page);
        assert_eq!(Form::wanted(Some("other"), browser), Form::Page);
    }
}
