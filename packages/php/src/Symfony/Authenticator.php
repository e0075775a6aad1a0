<?php

declare(strict_types=1);

namespace OneLoginEdge\Symfony;

use OneLoginEdge\HttpFoundation;
use OneLoginEdge\Person;
use OneLoginEdge\Refused;
use OneLoginEdge\Verifier;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;
use Symfony\Component\Security\Core\Exception\AccessDeniedException;
use Symfony\Component\Security\Core\Exception\AuthenticationException;
use Symfony\Component\Security\Http\Authenticator\AbstractAuthenticator;
use Symfony\Component\Security\Http\Authenticator\Passport\Badge\UserBadge;
use Symfony\Component\Security\Http\Authenticator\Passport\SelfValidatingPassport;
use Symfony\Component\Security\Http\Authorization\AccessDeniedHandlerInterface;
use Symfony\Component\Security\Http\EntryPoint\AuthenticationEntryPointInterface;

/**
 * Symfony's authenticator, entry point and handler of denied access: the user is who the assertion names.
 *
 * A request to a path that is not public needs an assertion, whatever `access_control` says.
 */
final class Authenticator extends AbstractAuthenticator implements AuthenticationEntryPointInterface, AccessDeniedHandlerInterface
{
    public function __construct(private readonly Verifier $verifier)
    {
    }

    public function supports(Request $request): ?bool
    {
        $headers = $request->headers;
        return $headers->has(Verifier::HEADER) || $headers->has(Verifier::IDENTITY_HEADER) || !$this->verifier->isPublic(HttpFoundation::path($request));
    }

    public function authenticate(Request $request): SelfValidatingPassport
    {
        try {
            $person = HttpFoundation::person($this->verifier, $request) ?? throw new Refused('no_assertion');
        } catch (Refused $refused) {
            throw new AuthenticationException($refused->reason, 0, $refused);
        }
        return new SelfValidatingPassport(new UserBadge($person->sub, fn (): User => new User($person)));
    }

    public function onAuthenticationSuccess(Request $request, TokenInterface $token, string $firewallName): ?Response
    {
        return null;
    }

    public function onAuthenticationFailure(Request $request, AuthenticationException $exception): Response
    {
        $cause = $exception->getPrevious();
        return HttpFoundation::answer($this->verifier, $request, $cause instanceof Refused ? $cause : new Refused('no_assertion'));
    }

    /** A public page asked for a person. */
    public function start(Request $request, ?AuthenticationException $authException = null): Response
    {
        return HttpFoundation::answer($this->verifier, $request, new Refused('no_assertion'));
    }

    /** A page asked for a role of a level that the person has not reached; every other denial is the service's own. */
    public function handle(Request $request, AccessDeniedException $accessDeniedException): ?Response
    {
        foreach (Person::LEVELS as $level) {
            if (in_array(User::role($level), $accessDeniedException->getAttributes(), true)) {
                return HttpFoundation::answer($this->verifier, $request, new Refused('level_too_low', "$level is required"));
            }
        }
        return null;
    }
}
