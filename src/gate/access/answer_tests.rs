use super::*;

fn plan() -> AnswerPlan {
    AnswerPlan {
        personal: true,
        ..AnswerPlan::default()
    }
}

fn answer(cache_control: Option<&str>) -> OriginAnswer {
    OriginAnswer {
        status: 200,
        cache_control: cache_control.map(str::to_owned),
        ..OriginAnswer::default()
    }
}

#[test]
fn t63_when_an_answer_is_personal_then_no_shared_cache_keeps_it() {
    for open in [
        None,
        Some("public, s-maxage=3600"),
        Some("max-age=60"),
        Some("no-cache"),
        Some("private=\"x\", public"),
        Some("x-private"),
        Some("no-store-ever"),
    ] {
        let changes = changes(&plan(), &answer(open)).unwrap();
        assert_eq!(
            changes.set,
            [("cache-control", "private, no-store".to_owned())]
        );
        assert_eq!(changes.set_cookies, None);
    }
    for closed in ["private", "PRIVATE, max-age=60", "max-age=0,no-store"] {
        assert_eq!(changes(&plan(), &answer(Some(closed))), None);
    }
    assert_eq!(
        changes(&AnswerPlan::default(), &answer(Some("public"))),
        None
    );
}

#[test]
fn t63_when_a_page_is_answered_then_going_back_works_unless_its_route_keeps_nothing() {
    let page = AnswerPlan {
        page: true,
        ..plan()
    };
    let unkept = AnswerPlan {
        unkept: true,
        ..page.clone()
    };
    let said = |plan: &AnswerPlan, origin: Option<&str>| {
        let changes = changes(plan, &answer(origin))?;
        changes.set.into_iter().next().map(|(_, said)| said)
    };
    for open in [None, Some("public, max-age=60"), Some("no-cache")] {
        assert_eq!(said(&page, open).as_deref(), Some(PAGE));
        assert_eq!(said(&unkept, open).as_deref(), Some(NOTHING));
    }
    let own = Some("private, max-age=600");
    assert_eq!(said(&page, own), None);
    assert_eq!(said(&unkept, own).as_deref(), Some(NOTHING));
    assert_eq!(said(&unkept, Some("private, no-store")), None);
}

#[test]
fn t63_when_an_answer_is_personal_then_no_other_header_speaks_to_shared_caches() {
    let answer = OriginAnswer {
        shared_caching: true,
        ..answer(Some("private"))
    };
    let changed = changes(&plan(), &answer).unwrap();
    assert_eq!(changed.remove, SHARED_CACHING);
    assert_eq!(changes(&AnswerPlan::default(), &answer), None);
}

#[test]
fn t52_rejects_a_cookie_of_the_edge_that_an_origin_sets() {
    let mut answer = answer(Some("private"));
    answer.set_cookies = vec![
        "a=b; Path=/".to_owned(),
        "__Host-ol-session=x; Path=/; Secure".to_owned(),
        " __host-OL-attempt-1=x".to_owned(),
        "=__Host-ol-session=x".to_owned(),
    ];
    for plan in [plan(), AnswerPlan::default()] {
        let changes = changes(&plan, &answer).unwrap();
        assert_eq!(changes.set_cookies.unwrap(), ["a=b; Path=/"]);
    }
}

#[test]
fn when_the_origin_sets_cookies_then_the_renewal_is_added_to_them() {
    let plan = AnswerPlan {
        cookies: vec!["gone".to_owned(), "new".to_owned()],
        ..plan()
    };
    let mut origin = answer(Some("private"));
    origin.set_cookies = vec!["a=b".to_owned()];
    let renewed = changes(&plan, &origin).unwrap();
    assert_eq!(renewed.set_cookies, None, "the origin's keep their bytes");
    assert_eq!(renewed.added_cookies, ["gone", "new"]);
    assert_eq!(renewed.set, [], "a form survives its session's end");
    let unchanged = OriginAnswer {
        status: 304,
        ..origin.clone()
    };
    let used = changes(&plan, &unchanged).unwrap();
    assert_eq!(used.added_cookies, ["gone", "new"]);
    assert_eq!(used.set, [], "the browser's own copy stays good");
    let upgrade = AnswerPlan {
        upgrade: true,
        ..plan
    };
    let switched = OriginAnswer {
        status: 101,
        cache_control: None,
        ..origin
    };
    assert_eq!(changes(&upgrade, &switched), None);
}

#[test]
fn t67_when_a_location_is_on_the_origins_host_then_it_moves_and_no_other_does() {
    let plan = AnswerPlan {
        relocate: Some((
            "https://origin.internal".to_owned(),
            "https://service.example".to_owned(),
        )),
        ..AnswerPlan::default()
    };
    let mut moved = answer(None);
    for (from, to) in [
        (
            "https://origin.internal/a?b#c",
            Some("https://service.example/a?b#c"),
        ),
        ("https://origin.internal", Some("https://service.example/")),
        (
            "https://ORIGIN.internal:443/a",
            Some("https://service.example/a"),
        ),
        (
            "http://origin.internal/a",
            Some("https://service.example/a"),
        ),
        ("//origin.internal/a", Some("https://service.example/a")),
        (
            "https://origin.internal/a/../b//%7e\u{e9}|x?y=[z] '#{q}",
            Some("https://service.example/a/../b//%7e\u{e9}|x?y=[z] '#{q}"),
        ),
        (
            "https:\\\\origin.internal/a/../b",
            Some("https://service.example/b"),
        ),
        (
            "https://u@origin.internal?a",
            Some("https://service.example?a"),
        ),
        ("//evil.example/a", None),
        ("relative", None),
        ("mailto:a@origin.internal", None),
        ("https://origin.internal:8443/a", None),
        ("https://origin.internal.evil.example/", None),
        ("https://elsewhere.example/", None),
        ("/relative", None),
    ] {
        moved.location = Some(from.to_owned());
        let expected = to.map(|to| Changes {
            set: vec![("location", to.to_owned())],
            ..Changes::default()
        });
        assert_eq!(changes(&plan, &moved), expected, "{from}");
    }
}
