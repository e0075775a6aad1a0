<?php

declare(strict_types=1);

namespace OneLoginEdge\Laravel;

use Illuminate\Contracts\Auth\Authenticatable;
use OneLoginEdge\Person;

/** Finds the service's user for a person. A service with a table of users extends this and binds its own class. */
class Users
{
    public function find(Person $person): Authenticatable
    {
        return new User($person);
    }
}
