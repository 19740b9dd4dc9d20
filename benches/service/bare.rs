//! The bare handler: what actix-web costs, as its guide has it, where there is nothing to do. It goes through `App`, which
//! the directory does without.

use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;

/// The longest body that is asked for.
const LONGEST: usize = 16 * 1024 * 1024;

/// A request for a body of some bytes.
pub(crate) fn request(bytes: usize) -> Vec<u8> {
    crate::client::request(&format!("/{bytes}"), &[])
}

/// Answers with as many bytes as the path says, of a body that is ready.
async fn ready(body: web::Data<Bytes>, length: web::Path<usize>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body.slice(..(*length).min(LONGEST)))
}

/// Serves until it is killed.
pub(crate) fn run() {
    actix_web::rt::System::new().block_on(async {
        let body = web::Data::new(Bytes::from(vec![b' '; LONGEST]));
        let app =
            move || App::new().app_data(body.clone()).service(web::resource("/{length}").route(web::get().to(ready)));
        let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").expect("an address");
        for address in server.addrs() {
            crate::report::print(&format!("listening on http://{address}\n"));
        }
        server.run().await.expect("it serves");
    });
}
