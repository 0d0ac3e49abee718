//! Which site a request is about, and in which language to answer.

use actix_web::{HttpRequest, http::header};
use koektrommel_core::identifier::{Language, SiteId};
use serde::Deserialize;

use super::problem::Problem;
use crate::{app::App, config::Site};

/// The query that every public address understands.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Selection {
    /// The site; the default where it is not given.
    pub(super) site: Option<String>,
    /// The language; from `Accept-Language` where it is not given.
    pub(super) lang: Option<String>,
}

/// A site and one of its languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected<'a> {
    pub(super) site: &'a Site,
    pub(super) language: &'a Language,
}

impl Selection {
    /// For pages: a wish that cannot be met falls back to what there is.
    pub(super) fn for_page<'a>(&self, app: &'a App, request: &HttpRequest) -> Option<Selected<'a>> {
        let id = self.site.as_deref().and_then(|id| id.parse::<SiteId>().ok());
        let site = app.config.site(id.as_ref()).or_else(|| app.config.site(None))?;
        let wish =
            self.lang.as_deref().and_then(|lang| site.offered(lang)).or_else(|| accepted(site, request));
        Some(Selected { site, language: wish.or(site.languages.first())? })
    }

    /// For scripts and the API: what is named must exist, what is not named is the default.
    pub(super) fn for_api<'a>(&self, app: &'a App) -> Result<Selected<'a>, Problem> {
        let no_site =
            || Problem::invalid("`site` must be the id of a site that this server knows.").field("site");
        let id = self.site.as_deref().map(str::parse::<SiteId>).transpose()?;
        let site = app.config.site(id.as_ref()).ok_or_else(no_site)?;
        let no_language =
            || Problem::invalid("`lang` must be one of the languages of the site.").field("lang");
        let language = match self.lang.as_deref() {
            Some(lang) => site.offered(lang).ok_or_else(no_language)?,
            None => site.languages.first().ok_or_else(no_language)?,
        };
        Ok(Selected { site, language })
    }
}

/// The most wanted of the offered languages (RFC 9110, 12.5.4).
fn accepted<'a>(site: &'a Site, request: &HttpRequest) -> Option<&'a Language> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wishes: Vec<(f32, &Language)> = header
        .split(',')
        .filter_map(|wish| {
            let mut parts = wish.split(';');
            let language = site.offered(parts.next()?.trim())?;
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            Some((weight, language)).filter(|(weight, _)| *weight > 0.0)
        })
        .collect();
    // Stable: among equals, the one named first.
    wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
    wishes.first().map(|(_, language)| *language)
}
