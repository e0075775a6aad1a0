<?php

declare(strict_types=1);

namespace OneLoginEdge\Laravel;

use Illuminate\Contracts\Auth\Authenticatable;
use OneLoginEdge\Person;

/** The person as Laravel's user, unless the service binds a {@see Users} of its own. */
final class User implements Authenticatable
{
    public function __construct(public readonly Person $person)
    {
    }

    public function getAuthIdentifierName(): string
    {
        return 'sub';
    }

    public function getAuthIdentifier(): string
    {
        return $this->person->sub;
    }

    public function getAuthPasswordName(): string
    {
        return '';
    }

    public function getAuthPassword(): string
    {
        return '';
    }

    public function getRememberToken(): string
    {
        return '';
    }

    public function setRememberToken($value): void
    {
    }

    public function getRememberTokenName(): string
    {
        return '';
    }
}
