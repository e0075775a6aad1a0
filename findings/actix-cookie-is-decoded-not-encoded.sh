#!/usr/bin/env bash
# actix-web 4.18.1: a cookie is written as it is and read percent-decoded, so that a value may come back as another.
#
# Guess:     a value that `HttpResponseBuilder::cookie` writes is the one that `HttpRequest::cookie` reads in the next request.
# Behaviour: `a%2Bb` goes out as `a%2Bb` and is read as `a+b`. A value such as `%ff`, which decodes to no UTF-8, is no cookie at all
#            for the reader, and no error is raised. The header of the request still has the value as it came.
# Matters:   an address or a state that was escaped before it was put into a cookie loses one escaping on the way, so a path
#            comes back with a real `?` or `&` in it. A sealed value with a `%` of another program fails its check.
set -euo pipefail
VERSION=4.18.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cargo init --quiet --vcs none --name finding
cargo add --quiet "actix-web@=$VERSION" --no-default-features --features cookies,macros 2>/dev/null
cat > src/main.rs <<'RS'
use actix_web::{cookie::Cookie, test, web, App, HttpRequest, HttpResponse};

async fn set(request: HttpRequest) -> HttpResponse {
    let value = request.headers().get("value").unwrap().to_str().unwrap().to_owned();
    HttpResponse::Ok().cookie(Cookie::new("state", value)).finish()
}

async fn get(request: HttpRequest) -> String {
    request.cookie("state").map_or("no cookie".to_owned(), |cookie| cookie.value().to_owned())
}

#[actix_web::main]
async fn main() {
    let app = test::init_service(App::new().route("/set", web::get().to(set)).route("/get", web::get().to(get))).await;
    for value in ["plain", "a%2Bb", "%2Fnext%3Fa%3D1", "%ff"] {
        let ask = test::TestRequest::get().uri("/set").insert_header(("value", value)).to_request();
        let answer = test::call_service(&app, ask).await;
        let sent = answer.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned();
        let ask = test::TestRequest::get().uri("/get").insert_header(("cookie", sent.clone())).to_request();
        let read = test::call_and_read_body(&app, ask).await;
        println!("{value}: sent {sent}, read {}", String::from_utf8_lossy(&read));
    }
}
RS
echo "actix-web $VERSION"
seen=$(CARGO_TARGET_DIR="$work/target" cargo run --quiet)
echo "$seen"
[ "$seen" = 'plain: sent state=plain, read plain
a%2Bb: sent state=a%2Bb, read a+b
%2Fnext%3Fa%3D1: sent state=%2Fnext%3Fa%3D1, read /next?a=1
%ff: sent state=%ff, read no cookie' ] || { echo "this has changed" >&2; exit 1; }
