<?php

declare(strict_types=1);

namespace OneLoginEdge\Laravel;

use Illuminate\Http\Request;
use OneLoginEdge\HttpFoundation;
use OneLoginEdge\Person;
use OneLoginEdge\Refused;
use OneLoginEdge\Verifier;
use Symfony\Component\HttpFoundation\Response;

/** Laravel's middleware of a route: `->middleware('one-login:Cl.Cm.P2')` refuses a person below the level. */
final class RequireLevel
{
    public function __construct(private readonly Verifier $verifier)
    {
    }

    public function handle(Request $request, \Closure $next, string $level): Response
    {
        Person::index($level);
        try {
            HttpFoundation::requireLevel($request->attributes->get(Middleware::PERSON), $level);
        } catch (Refused $refused) {
            return HttpFoundation::answer($this->verifier, $request, $refused);
        }
        return $next($request);
    }
}
