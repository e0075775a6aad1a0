<?php

declare(strict_types=1);

namespace OneLoginEdge;

use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/** A request and an answer as Symfony and Laravel have them. */
final class HttpFoundation
{
    /** The path as it arrived, without its query. */
    public static function path(Request $request): string
    {
        return explode('?', (string) $request->server->get('REQUEST_URI', $request->getPathInfo()))[0];
    }

    /** Who the headers of a request name; null on a public path when they name no person. */
    public static function person(Verifier $verifier, Request $request): ?Person
    {
        $path = self::path($request);
        $names = [$request->headers->all(Verifier::HEADER), $request->headers->all(Verifier::IDENTITY_HEADER)];
        // The method that arrived, and not the one that a form or a header names.
        $person = $verifier->person($request->getRealMethod(), $path, ...$names);
        return $person === null && !$verifier->isPublic($path) ? throw new Refused('no_assertion') : $person;
    }

    /** Refuses a person below the level; null is no person. */
    public static function requireLevel(?Person $person, string $level): void
    {
        if ($person === null) {
            throw new Refused('no_assertion');
        }
        if (!$person->hasReached($level)) {
            throw new Refused('level_too_low', "$level is required");
        }
    }

    /** The answer to a refused request, whose line is written. */
    public static function answer(Verifier $verifier, Request $request, Refused $refused): Response
    {
        $verifier->log($refused);
        [$headers, $body] = $refused->answer((string) $request->headers->get('Accept'));
        return new Response($body, $refused->status(), $headers);
    }
}
