//! The accessibility statement.

use maud::html;

use super::{Place, Said, faults, shell};

/// What the statement depends on.
#[derive(Debug)]
pub struct Accessibility {
    /// What is wrong with what was asked.
    pub faults: Vec<String>,
    /// To whom a barrier is told, where that is known.
    pub contact: Option<String>,
}

/// The accessibility statement. What it says was tried is what the tests of the pages try; keep the two together.
#[must_use]
pub fn accessibility_page(place: Place<'_>, view: &Accessibility) -> String {
    let content = html! {
        (faults(&view.faults))
        h1.nhsuk-heading-xl { "Accessibility" }
        p.nhsuk-lede-text {
            "These pages are made for everybody who works in the NHS, on whatever they read with. This statement says what was tried, what was not, and what is known to be wrong."
        }
        h2.nhsuk-heading-l { "What you can do" }
        ul.nhsuk-list.nhsuk-list--bullet {
            li { "use every page and form without a mouse, and without JavaScript: save /docs, and the preview of the element for other sites" }
            li { "zoom to 400 % without scrolling sideways, save in the table that compares programmes" }
            li { "use your own colours and high contrast" }
            li { "print a page, with the addresses of what it links to" }
            li { "reach every region of the map from the list beside it" }
        }
        h2.nhsuk-heading-l { "How far this meets the standard" }
        p {
            "The aim is level AA of the Web Content Accessibility Guidelines 2.2. Machines find no fault against it, but they find only some. "
            strong { "No audit by people has been made" } ", so that this statement calls the pages neither fully nor partly compliant."
        }
        h2.nhsuk-heading-l { "What was tried" }
        p { "By the tests that come with the software, in Chromium on Linux:" }
        ul.nhsuk-list.nhsuk-list--bullet {
            li { "axe, HTML_CodeSniffer, the Nu HTML checker and Lighthouse, on each sort of page" }
            li { "the finder and the questions with the keyboard alone, with and without JavaScript" }
            li { "320 pixels of width, 400 % zoom, forced colours, print" }
        }
        h2.nhsuk-heading-l { "What was not tried" }
        ul.nhsuk-list.nhsuk-list--bullet {
            li { "screen readers, voice control and other assistive technology" }
            li { "Firefox, Safari and phones themselves" }
            li { "with people who have a disability" }
        }
        h2.nhsuk-heading-l { "What is known to be wrong" }
        ul.nhsuk-list.nhsuk-list--bullet {
            li { "The page for trying calls, at " a href="/docs/" { "/docs" } ", is Swagger UI. It cannot be used with every assistive technology. " a href="/reference" { "The reference" } " has the same content." }
            li { "Pages and documents elsewhere that facts lead to were not looked at." }
            li { "Facts are in the words of those who edit the directory, and the titles of programmes are long: neither was tried for how easily it reads." }
        }
        h2.nhsuk-heading-l { "If something stops you" }
        p {
            @match &view.contact {
                Some(contact) => { a href=(contact) { "Tell us what happened" } ", on which page, and what you read with." },
                None => { "Tell whoever runs this directory what happened, on which page, and what you read with." },
            }
        }
    };
    let said = Said {
        title: "Accessibility",
        description: Some(
            "What was tried for the accessibility of these pages, what was not, and what is known to be wrong.",
        ),
        ..Said::default()
    };
    shell(place, &said, &content)
}
