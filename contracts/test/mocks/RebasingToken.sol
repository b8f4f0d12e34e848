// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Balances are shares of a sum that anyone may set anew: all balances grow or shrink at once, rounded down.
contract RebasingToken {
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    uint256 private constant ONE = 1e18;

    mapping(address => uint256) private _shares;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 private _totalShares;
    /// @notice Units per share, 18 decimals.
    uint256 public index = ONE;

    function mint(address to, uint256 amount) external {
        uint256 shares = (amount * ONE) / index;
        _shares[to] += shares;
        _totalShares += shares;
    }

    /// @notice Multiplies all balances by `bps` / 10,000.
    function rebase(uint256 bps) external {
        index = (index * bps) / 10_000;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return (_shares[account] * index) / ONE;
    }

    function totalSupply() external view returns (uint256) {
        return (_totalShares * index) / ONE;
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 shares = (amount * ONE) / index;
        _shares[from] -= shares;
        _shares[to] += shares;
        emit Transfer(from, to, amount);
    }
}
