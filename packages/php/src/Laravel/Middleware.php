<?php

declare(strict_types=1);

namespace OneLoginEdge\Laravel;

use Illuminate\Http\Request;
use OneLoginEdge\HttpFoundation;
use OneLoginEdge\Refused;
use OneLoginEdge\Verifier;
use Symfony\Component\HttpFoundation\Response;

/** Laravel's global middleware: knows the person, and refuses a request that does not prove one on a path that is not public. */
final class Middleware
{
    public const PERSON = 'one_login_edge.person';

    public function __construct(private readonly Verifier $verifier)
    {
    }

    public function handle(Request $request, \Closure $next): Response
    {
        try {
            $request->attributes->set(self::PERSON, HttpFoundation::person($this->verifier, $request));
        } catch (Refused $refused) {
            return HttpFoundation::answer($this->verifier, $request, $refused);
        }
        return $next($request);
    }
}
